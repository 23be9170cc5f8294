/** Everything that panels and the map may know of the state. */
export * from "./changes";
export * from "./draft";
export * from "./filter";
export * from "./form";
export * from "./glimpse";
export * from "./kinds";
export * from "./marking";
export * from "./selection";
export * from "./session";
export * from "./store";
export * from "./value";
export * from "./view";
export * from "./wishes";
export * from "./look";
export * from "./mapview";
export * from "./shown";
export { Problem } from "../wire/api";
export type * from "../wire/types";
