import { Command, CommanderError } from "@commander-js/extra-typings";
import { howToStart, textOf } from "./command-text.ts";
import { findDesk, send } from "./desk-client.ts";
import { faultForms } from "./faults.ts";
import type { CustomerDnsOrder } from "./orders.ts";
import { customerTypes } from "./record-values.ts";

/** How the command ends, for scripts; as of `hostmaster`. 0: as it was asked. */
const exits = { refused: 2, unasked: 3 } as const;

/** What is around the command, so that tests can stand in for a terminal. */
export interface Surroundings {
	/** Where `.hostmaster/` is looked for. */
	directory: string;
	out: (text: string) => void;
	err: (text: string) => void;
}

/** Runs one command line, without the program's name; answers the exit code: 0 done, 2 refused, 3 nobody could be asked. */
export async function run(args: readonly string[], { directory, out, err }: Surroundings): Promise<number> {
	let order: CustomerDnsOrder | undefined;
	const program = programFor((given) => {
		order = given;
	});
	for (const command of [program, ...program.commands]) {
		command
			.exitOverride()
			.configureOutput({ writeOut: (text) => out(text.trimEnd()), writeErr: (text) => err(text.trimEnd()) });
	}
	try {
		program.parse([...args], { from: "user" });
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exits.refused;
		throw error;
	}
	if (!order) return exits.refused;
	const { json = false, directory: state = ".hostmaster" } = program.opts();
	const desk = findDesk(directory, state);
	const answer =
		desk === undefined
			? { outcome: "unasked" as const, detail: `Nothing runs here: ${state}/endpoints.json is missing.` }
			: await send(desk, order);
	switch (answer.outcome) {
		case "done":
			out(json ? JSON.stringify(answer.result, null, "\t") : textOf(order, answer.result));
			return 0;
		case "refused":
			err(json ? JSON.stringify({ error: answer.detail }) : answer.detail);
			return exits.refused;
		case "unasked":
			err(json ? JSON.stringify({ error: answer.detail, fix: howToStart }) : `${answer.detail}\n${howToStart}`);
			return exits.unasked;
	}
}

function programFor(order: (given: CustomerDnsOrder) => void) {
	const program = new Command("customer-dns")
		.description(
			"What a customer does at its own DNS provider, for a Hostmaster that runs on this machine (npm start).",
		)
		.option("--json", "print what programs read")
		.option("--directory <directory>", "where the running Hostmaster keeps its state (.hostmaster)")
		.addHelpText(
			"after",
			`\nTypes: ${customerTypes.join(", ")}. Faults: ${faultForms.join(", ")}.\nExit codes: 0 done, 2 refused, 3 nothing runs here.`,
		);
	program
		.command("set")
		.description("replace what stands at a name of one type; the first record makes the zone")
		.argument("<name>", "in full, such as shop.acme.com")
		.argument("<type>")
		.argument("<values...>")
		.option("--ttl <seconds>", "for how long resolvers may remember it (60)")
		.option("--force", "set it even if no provider would, to have the mistake")
		.action((name, type, values, { ttl, force }) =>
			order({
				do: "set",
				name,
				type,
				values,
				...(ttl !== undefined && { ttlSeconds: Number(ttl) }),
				...(force && { force }),
			}),
		);
	program
		.command("remove")
		.description("take a name's records away, of one type or all; or a whole zone")
		.argument("<name>")
		.argument("[type]")
		.option("--zone", "the whole zone, as when the domain is given up")
		.action((name, type, { zone }) =>
			order(zone ? { do: "remove-zone", name } : { do: "remove", name, ...(type !== undefined && { type }) }),
		);
	program
		.command("list")
		.description("show all zones, or one, with the faults on order")
		.argument("[zone]")
		.action((zone) => order({ do: "list", ...(zone !== undefined && { zone }) }));
	program
		.command("fault")
		.description("let things go wrong for a name or a zone, with all below it")
		.argument("<name>")
		.argument("<fault>", faultForms.join(", "))
		.argument("<switch>", "on or off")
		.action((name, fault, on, _, command) => {
			if (on !== "on" && on !== "off") return command.error(`error: the fault is switched 'on' or 'off', not '${on}'.`);
			return order({ do: "fault", name, fault, on: on === "on" });
		});
	program
		.command("zone")
		.description("change what a zone is like")
		.argument("<name>")
		.option("--negative-ttl <seconds>", "for how long resolvers may remember that there is nothing (10)")
		.option("--delegate <servers...>", "to whom the registry delegates it, whoever serves it")
		.option("--own", "delegate it to the provider's own servers again")
		.action((name, { negativeTtl, delegate, own }) => {
			const delegatedTo = own ? [] : delegate;
			order({
				...{ do: "zone" as const, name },
				...(negativeTtl !== undefined && { negativeTtlSeconds: Number(negativeTtl) }),
				...(delegatedTo && { delegatedTo }),
			});
		});
	program
		.command("flush")
		.description("let all resolvers forget what they know")
		.action(() => order({ do: "flush" }));
	return program;
}
