/** Who reads a compartment, as far as this person may know of it. */
import type { People } from "../../state";

export interface Readers {
  /** Titles of the roles that are cleared for it. */
  roles: string[];
  /** People whom I may know of and who read it now. */
  names: string[];
  /** Of which organisation it is; "": of none alone. */
  organisation: string;
}

const OWN = "-XXX";

/** `mine`: the code of my organisation, whose own compartment roles call `org-XXX`. */
export function readersOf(compartment: string, people: People, mine: string): Readers {
  const named = (read: string) =>
    read.endsWith(OWN) ? `${read.slice(0, -OWN.length)}-${mine}` : read;
  const of = people.organisations.find((one) => one.compartment === compartment);
  const own = people.all_roles.some(({ reads }) =>
    reads.some((read) => read.endsWith(OWN) && named(read) === compartment),
  );
  return {
    roles: people.all_roles
      .filter(({ reads }) => reads.some((read) => named(read) === compartment))
      .map(({ title }) => title),
    names: people.accounts
      .filter(
        ({ state, compartments }) => state === "in force" && compartments.includes(compartment),
      )
      .map(({ user }) => user),
    organisation: of?.title ?? (own ? mine : ""),
  };
}
