/** Mappings of lists, as the node's HTTP gives them. */
export interface KnownMapping {
  name: string;
  title: string;
  /** The kind of report that it makes; "" where it cannot be read. */
  makes: string;
  /** One that comes with Eirene; the other fields are of one that somebody kept. */
  ready: boolean;
  compartment?: string;
  filed_by?: string;
  filed?: string;
  /** Why it cannot be used here. */
  problem?: unknown;
}
