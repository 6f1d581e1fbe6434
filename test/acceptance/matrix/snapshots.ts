import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { z } from "zod";
import type { Machine } from "../../../domain/operation-kinds.ts";
import { machineArn, stack, type Told, type World } from "../world.ts";

const rowSchema = z.looseObject({ pk: z.string(), sk: z.string(), tenantId: z.string().optional() });
const operationSchema = z.object({
	operationId: z.string(),
	...{ kind: z.string(), status: z.string(), attempt: z.int(), redriveCount: z.int(), generation: z.int() },
	stepsDone: z.record(z.string(), z.string()),
	failure: z.unknown().optional(),
	history: z.array(z.object({ what: z.string() })),
});

/** How a tenant stands, told in words that are the same for all tenants in the same state. */
export type SnapshotOf = (tenant: { tenantId: string; slug: string }) => unknown;

/** Reads everything at once: registry, tenant map, zone, executions, and what the platform was told. */
export async function takeSnapshots(world: World, told: Told): Promise<SnapshotOf> {
	const registry = z.array(rowSchema).parse(await world.rows(stack.registryTable));
	const map = await world.rows(stack.mapTable);
	const zone = world.cloud.services.route53.records(world.cloud.resolver.ref("PlatformZone"));
	const executions = await allExecutions(world);
	const events = await told();
	return ({ tenantId, slug }) => {
		const own = (kind: string) => registry.filter((row) => row.sk === kind && row.tenantId === tenantId);
		const operations = z.array(operationSchema).parse(own("OPERATION")).sort(by("operationId"));
		const names = operations.map(({ operationId }, at): [string, string] => [operationId, `<operation ${at + 1}>`]);
		return inCommonWords([[tenantId, "<tenant>"], [slug, "<slug>"], ...names], {
			tenant: own("TENANT"),
			// Grows with each write, and a step that is done twice writes twice.
			claims: own("CLAIM")
				.sort(by("pk"))
				.map(({ revision: _revision, ...claim }) => claim),
			references: own("EXTERNAL-REF"),
			operations: operations.map(({ stepsDone, history, ...operation }) => ({
				...operation,
				stepsDone: Object.keys(stepsDone).sort(),
				// That one began is told late, and not at all once its end is known.
				history: history.map(({ what }) => what).filter((what) => what !== "started"),
				executions: executions.get(operation.operationId),
			})),
			map: map.filter((row) => row["tenantId"] === tenantId).sort(by("hostname")),
			zone: zone.filter(({ name }) => name.includes(slug)),
			// The same event may come twice; of one end there is one event.
			events: [
				...new Set(
					events.filter(({ detail }) => detail["tenantId"] === tenantId).map((event) => JSON.stringify(event)),
				),
			].sort(),
		});
	};
}

/** Every execution's name and status, by its operation. */
async function allExecutions({ sfn }: World): Promise<Map<string, string[]>> {
	const found = new Map<string, string[]>();
	for (const machine of ["onboard-tenant", "update-tenant", "offboard-tenant"] satisfies Machine[]) {
		let nextToken: string | undefined;
		do {
			const page = await sfn.send(
				new ListExecutionsCommand({ stateMachineArn: machineArn(machine), nextToken, maxResults: 1000 }),
			);
			for (const { name = "", status, redriveCount } of page.executions ?? []) {
				const operationId = name.replace(/-\d+$/, "");
				const told = `${name} ${status} ${redriveCount ?? 0}`;
				found.set(operationId, [...(found.get(operationId) ?? []), told].sort());
			}
			nextToken = page.nextToken;
		} while (nextToken);
	}
	return found;
}

function by(member: string) {
	return (left: object, right: object) =>
		String(Reflect.get(left, member)) < String(Reflect.get(right, member)) ? -1 : 1;
}

/** Ids by what they are ids of, times and Route 53's change ids by what they are. */
function inCommonWords(names: readonly [string, string][], state: object): unknown {
	let text = JSON.stringify(state);
	for (const [name, word] of names) text = text.replaceAll(name, word);
	const told = text
		.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
		.replaceAll(/"expiresAt":\d+/g, '"expiresAt":"<time>"')
		.replaceAll(/change C[0-9A-Z]+/g, "change <id>")
		.replaceAll(/"correlationId":"[^"]*"/g, '"correlationId":"<id>"')
		.replaceAll(/\\"correlationId\\":\\"[^"]*\\"/g, '\\"correlationId\\":\\"<id>\\"');
	return JSON.parse(told);
}
