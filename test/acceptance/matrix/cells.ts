import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsEndpoint } from "../../../local/laptop.ts";
import { accountAt, stack, type World } from "../world.ts";
import { type Column, columns, ordersOf } from "./columns.ts";
import type { Crowd } from "./crowd.ts";
import { askFor, type Kind, marksOf, partsOf, type Subject } from "./lives.ts";

/** One tenant whose operation meets one fault in one of its functions. */
export interface Cell extends Subject {
	kind: Kind;
	part: string;
	column: Column;
	/** Which of the column's orders. */
	order: number;
	operationId?: string;
	/** What its operation ended with. */
	status?: string;
	/** How often the fault struck. */
	struck: number;
}

/** Every cell of a kind; `callsOf`: how many AWS calls a part makes when nothing goes wrong. */
export function cellsOf(kind: Kind, callsOf: (part: string) => number): Omit<Cell, "slug">[] {
	return partsOf[kind].flatMap((part) =>
		columns.flatMap((column) => {
			const meant = { functionName: "", marks: [] };
			const runs = Math.max(1, ordersOf(column, meant, callsOf(part)).length);
			return Array.from({ length: runs }, (_, order) => ({ kind, part, column, order, struck: 0 }));
		}),
	);
}

/** Takes a cell's tenant through its operation, with the fault on order. What becomes of it is written into the cell. */
export async function runCell(cell: Cell, calls: number, { world, end }: Crowd): Promise<void> {
	const { kind, part, column } = cell;
	const accepting = partsOf[kind][0] ?? "";
	const started = part === "startOperation";
	const takeBack: (() => void)[] = [];
	const order = (operationId?: string) => {
		const meant = { functionName: stack.functionName(part), marks: marksOf(part, cell, operationId) };
		const rule = ordersOf(column, meant, calls)[cell.order];
		if (rule) takeBack.push(world.cloud.faults.order({ ...rule, onGiven: () => cell.struck++ }));
	};
	if (started) takeBack.push(loseStart(cell, accepting, world));
	else order();
	const asked = () => askFor(kind, cell, world.client);
	// A request comes twice at the same moment; all else is delivered twice by the order.
	const [{ tenant, operation }] = await Promise.all([asked(), ...(isRequestTwice(cell) ? [asked()] : [])]);
	cell.tenantId = tenant.tenantId;
	cell.operationId = operation.operationId;
	if (started) {
		order(operation.operationId);
		await sendStart(operation.operationId, world);
	}
	cell.status = await end(operation.operationId);
	for (const back of takeBack) back();
}

/** Whether the cell's fault is one that an order brings about. */
export function isOrdered(cell: Cell): boolean {
	return cell.column !== "stale" && !isRequestTwice(cell);
}

function isRequestTwice({ kind, part, column }: Cell): boolean {
	return column === "duplicate" && part === partsOf[kind][0];
}

/** The message that starts an operation names nothing but the operation: it is kept back until a fault is on order for that. */
function loseStart(cell: Cell, accepting: string, world: World): () => void {
	return world.cloud.faults.order({
		...{ kind: "unavailable", service: "sqs", operation: "SendMessage" },
		...{ functionName: stack.functionName(accepting), payloadIncludes: marksOf(accepting, cell) },
	});
}

async function sendStart(operationId: string, world: World): Promise<void> {
	const client = new SQSClient(accountAt(awsEndpoint(world.cloud.ports)));
	const QueueUrl = world.cloud.resolver.ref("OperationsQueue");
	const MessageBody = JSON.stringify({ version: 1, operationId, attempt: 1 });
	await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
	client.destroy();
}
