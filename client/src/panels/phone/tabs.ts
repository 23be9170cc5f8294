/** The views of a phone's sheet. */
export const TABS = ["reports", "detail", "layers"] as const;
export type Tab = (typeof TABS)[number];
