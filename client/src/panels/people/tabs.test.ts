import { expect, it } from "vitest";

import type { People } from "../../state";
import { audiencesOf, tabsOf, waitingFor } from "./tabs";

const NOTHING: People = {
  may: { administer: false, invite: false, grant: [], decide: [], lend: ["public"] },
  roles: [],
  all_roles: [],
  compartments: [],
  organisations: [],
  accounts: [],
  invitations: [],
  waiting: [],
  loans: [],
};

function account(
  user: string,
  more: Partial<People["accounts"][number]> = {},
): People["accounts"][number] {
  return {
    user,
    title: "",
    role: "",
    organisation: "",
    state: "in force",
    invites: false,
    administers: false,
    made: "",
    by: "",
    until: null,
    lift_by: "",
    compartments: [],
    may_file: [],
    may_decide: [],
    may_grant: [],
    ...more,
  };
}

it("shows everybody his own, and the rest to whom it concerns", () => {
  expect(tabsOf(NOTHING)).toEqual(["waiting", "mine", "devices", "password"]);
  const focal = { ...NOTHING, may: { ...NOTHING.may, invite: true } };
  expect(tabsOf(focal)).toEqual(["waiting", "mine", "devices", "password", "invite", "accounts"]);
  const admin = { ...NOTHING, may: { ...NOTHING.may, administer: true } };
  expect(tabsOf(admin)).toContain("organisations");
});

it("looks only as audiences that one reads oneself", () => {
  const may = { ...NOTHING.may, decide: ["public", "partners", "police"], lend: ["partners"] };
  expect(audiencesOf({ ...NOTHING, may })).toEqual(["public", "partners"]);
});

it("counts what waits for me, and not what I have proposed myself", () => {
  const accounts = [
    account("me", { state: "reset" }),
    account("a", { state: "reset" }),
    account("b", { state: "suspended", lift_by: "me" }),
    account("c", { state: "suspended", lift_by: "other" }),
  ];
  expect(waitingFor({ ...NOTHING, accounts }, "me")).toBe(2);
});
