import { expect, it } from "vitest";
import { columns } from "./columns.ts";
import { runMatrix } from "./matrix.ts";
import { tableOf } from "./table.ts";

it("a rename and an offboarding end in the same state, whatever happens to any of their functions", async () => {
	const fields = await runMatrix(["rename-tenant", "offboard-tenant"]);
	console.info(tableOf(columns, fields));
	expect(fields.filter(({ failure }) => failure !== undefined)).toEqual([]);
}, 600_000);
