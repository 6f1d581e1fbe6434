import { strict as assert } from "node:assert";
import { lifeAsItMustBe, liveThrough } from "../../../local/demo/life.ts";
import type { Check } from "../check.ts";
import { aStack, deadlineMs } from "./a-stack.ts";

const design = "docs/lifecycle.md";

/** What viewers see at the edge of a tenant's life. */
export const stackLifeChecks: readonly Check[] = [
	{
		name: "a tenant is active once the edge answers for its name, and its origin can verify whose request it is",
		operations: [],
		needs: "edge",
		source: design,
		async run(stage) {
			const { active, client, viewer, hostname } = aStack(stage);
			const { tenantId } = await active();
			assert.equal((await client.showTenant(tenantId)).status, "active");
			assert.deepEqual(await viewer.open(hostname), { status: 200, tenantId });
		},
	},
	{
		name: "a tenant that is suspended, resumed, renamed and offboarded is so for viewers",
		operations: [],
		needs: "edge",
		source: design,
		async run(stage) {
			const { active, client, viewer } = aStack(stage);
			const life = await liveThrough(await active(), client, viewer, () => {}, deadlineMs);
			assert.deepEqual(life, lifeAsItMustBe);
		},
	},
];
