/** Everything that panels and the map may know of the state. */
export * from "./filter";
export * from "./selection";
export * from "./session";
export * from "./store";
export * from "./value";
export * from "./view";
export * from "./wishes";
export { Problem } from "../wire/api";
export type * from "../wire/types";
