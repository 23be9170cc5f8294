/** The shapes of organisations, accounts, clearances and devices, as the node's HTTP gives them. */

/** What somebody may read, where he may file, what he may decide and grant: names of compartments. */
export interface Rights {
  compartments: string[];
  may_file: string[];
  may_decide: string[];
  may_grant: string[];
}

export interface Account extends Rights {
  user: string;
  title: string;
  role: string;
  organisation: string;
  /** `reset`: somebody else set its password, and nobody has confirmed it yet. */
  state: "in force" | "suspended" | "reset" | "lapsed" | "ended";
  invites: boolean;
  administers: boolean;
  made: string;
  by: string;
  until: string | null;
  /** Who has proposed to lift its suspension; "": nobody. */
  lift_by: string;
}

export interface Organisation {
  code: string;
  title: string;
  form: string;
  compartment: string;
  suspended: string | null;
  lift_by: string;
}

export interface Invitation {
  id: string;
  user: string;
  role: string;
  organisation: string;
  by: string;
  until: string | null;
}

/** Clearances that wait for a second person. */
export interface Proposal extends Rights {
  id: string;
  user: string;
  by: string;
  at: string;
  until: string;
  invites: boolean;
  reason: string;
  /** I could be the second person. */
  mine: boolean;
}

export interface Loan extends Rights {
  id: string;
  user: string;
  by: string;
  made: string;
  until: string;
}

/** All that I may know of people, and what I may do. */
export interface People {
  may: {
    administer: boolean;
    invite: boolean;
    grant: string[];
    decide: string[];
    /** Compartments that I hold myself, and may lend. */
    lend: string[];
  };
  /** Roles to which I may invite into my own organisation. */
  roles: { role: string; title: string }[];
  /** Every role there is. */
  /** `reads`: the compartments of a role; `org-XXX` is that of its own organisation. */
  all_roles: { role: string; title: string; reads: string[] }[];
  compartments: string[];
  organisations: Organisation[];
  accounts: Account[];
  invitations: Invitation[];
  waiting: Proposal[];
  loans: Loan[];
}

export interface MadeInvitation {
  id: string;
  code: string;
  link: string;
  until: string;
}

export interface OpenSession {
  id: string;
  made: string;
  seen: string;
  until: string;
  viewing: string | null;
  /** The provider that vouched for it; null: a password. */
  origin: string | null;
}

/** A sign-in at a provider that is bound to an account. */
export interface Binding {
  id: string;
  title: string;
  issuer: string;
  made: string;
  /** The account has no other way in. */
  only: boolean;
}

export interface Bindings {
  bound: Binding[];
  /** Providers to which it could be bound. */
  open: { name: string; title: string }[];
}

export interface Token {
  id: string;
  title: string;
  scope: string;
  made: string;
  until: string;
  device: string;
  seen: string | null;
}

export interface Device {
  device: string;
  first: string | null;
  last: string | null;
  /** The one that asks. */
  this: boolean;
  sessions: OpenSession[];
  tokens: Token[];
}

/** What a device could have held that is gone. */
export interface Lost {
  device: string;
  sessions: number;
  tokens: number;
  compartments: string[];
  /** null: not told, since I do not read all of it. */
  reports_at_most: number | null;
  exports: string[];
}
