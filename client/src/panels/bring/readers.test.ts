import { expect, it } from "vitest";
import type { Account, People } from "../../state";
import { readersOf } from "./readers";

const account = (user: string, compartments: string[], state = "in force") =>
  ({ user, compartments, state }) as Account;

const PEOPLE = {
  all_roles: [
    { role: "duty", title: "Duty officer", reads: ["mission", "partners"] },
    { role: "ngo", title: "Focal point", reads: ["org-XXX", "partners"] },
  ],
  organisations: [{ code: "lamp", title: "The Lamp", compartment: "org-lamp" }],
  accounts: [
    account("anna", ["mission"]),
    account("boris", ["partners"]),
    account("left", ["mission"], "ended"),
  ],
} as unknown as People;

it("names the roles of a compartment, and of its people those that I may know of", () => {
  expect(readersOf("mission", PEOPLE, "lamp")).toEqual({
    roles: ["Duty officer"],
    names: ["anna"],
    organisation: "",
  });
  expect(readersOf("partners", PEOPLE, "lamp").roles).toEqual(["Duty officer", "Focal point"]);
});

it("knows the compartment of my own organisation by its form, and of no other", () => {
  const mine = readersOf("org-lamp", PEOPLE, "lamp");
  expect([mine.roles, mine.organisation]).toEqual([["Focal point"], "The Lamp"]);
  expect(readersOf("org-lamp", PEOPLE, "other").roles).toEqual([]);
  expect(readersOf("org-other", { ...PEOPLE, organisations: [] }, "other").organisation).toBe(
    "other",
  );
});
