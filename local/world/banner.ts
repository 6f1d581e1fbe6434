import type { WorldEndpoints } from "../world.ts";

/** What a person reads when a world is up: which accounts there are, and what to try next. */
export function worldBanner(endpoints: WorldEndpoints, directory: string): string {
	const { apexDomain, registrar, environments, resolvers, root } = endpoints;
	const [resolver] = resolvers;
	const accounts = [
		{ name: "registrar", ...registrar, platformDomain: `${apexDomain} (only delegates)` },
		...Object.entries(environments).map(([name, environment]) => ({ name, ...environment })),
	];
	const lines = accounts.map(({ name, accountId, aws, nameServer, platformDomain }) =>
		["", name.padEnd(10), accountId, aws, `DNS ${nameServer.host}`, platformDomain].join("  "),
	);
	return `
Hostmaster's world is running; its accounts are as empty as they were left.

${lines.join("\n")}

  resolvers   ${resolvers.map(({ host }) => host).join(" and ")} port ${resolver?.port}; they follow delegations from the root at ${root.host}
  customers   ${registrar.aws}/_local/customer-dns, their DNS provider, to set records at; or: npm run customer-dns -- --help
  all of it in ${directory}/world.json; each environment's api, edge, CA and token in ${directory}/<environment>/endpoints.json

Try, in another terminal:

   npm run hostmaster -- environments onboard nonprod
   dig +trace -p ${resolver?.port} @${root.host} ${apexDomain} NS
   curl -s ${registrar.aws}/_local/            switches to break things; each account has its own

Ctrl-C ends all of it; everything goes on at the next npm start -- --environments ${Object.keys(environments).join(",")}.
`;
}
