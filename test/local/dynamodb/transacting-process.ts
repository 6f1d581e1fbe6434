// A process that kills itself inside its third transaction, at a fraction of the event-loop turns that the second one took.
// Each line that it prints names a transaction that was acknowledged.
import { aDatabase, registryTable } from "./a-database.ts";

const [path, prefix, fraction] = process.argv.slice(2);
const db = await aDatabase(path);
await db.dynamodb.createTable(registryTable, "registry");

let turns = 0;
let killAtTurn = Number.POSITIVE_INFINITY;
const turn = () => {
	if (++turns >= killAtTurn) process.kill(process.pid, "SIGKILL");
	setImmediate(turn);
};
setImmediate(turn);

for (const n of [1, 2, 3, 4]) {
	if (n === 3) killAtTurn = turns * Number(fraction);
	turns = 0;
	const TransactItems = Array.from({ length: 100 }, (_, part) => ({
		Put: {
			TableName: "registry",
			Item: { ...db.keys(`${prefix}-${n}`, `${part}`), kindPk: { S: "k" }, kindSk: { S: `${prefix}-${n}-${part}` } },
		},
	}));
	await db.call("TransactWriteItems", { TransactItems });
	process.stdout.write(`${prefix}-${n}\n`);
}
