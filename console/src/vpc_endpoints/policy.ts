/** What an endpoint has that is made without a policy: it lets everything pass. */
export const FULL_ACCESS = JSON.stringify(
  { Version: "2008-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] },
  null,
  2,
);
