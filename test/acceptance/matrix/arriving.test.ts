import { expect, it } from "vitest";
import { columns } from "./columns.ts";
import { runMatrix } from "./matrix.ts";
import { tableOf } from "./table.ts";

it("an onboarding and a suspension end in the same state, whatever happens to any of their functions", async () => {
	const fields = await runMatrix(["onboard-tenant", "suspend-tenant"]);
	console.info(tableOf(columns, fields));
	expect(fields.filter(({ failure }) => failure !== undefined)).toEqual([]);
}, 600_000);
