export * from "./apply";
export * from "./contrast";
export * from "./symbols";
export * from "./tokens";
