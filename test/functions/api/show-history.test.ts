import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Operation } from "../../../domain/operation.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler } from "../../../functions/api/show-history.ts";
import { followReport } from "../../../functions/follow-operation.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, longAgo, tenantId } from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const idOf = (at: number) => `op_01JZZZZZZZZZZZZZZZZZZZZZZ${at}`;
const operation = (at: number, more: Partial<Operation> = {}) => anOperation({ operationId: idOf(at), ...more });
const request = (query: Record<string, string> = {}): HttpRequest => ({
	...{ method: "GET", route: "/v1/tenants/{tenantId}/history", pathParameters: { tenantId }, query },
});
const historyOf = async (query?: Record<string, string>) =>
	routes.showHistory.reply.schema.parse((await ask(handler, request(query))).body);

describe("GET /v1/tenants/{tenantId}/history", () => {
	it("says who asked what, when, why, and all that came of it, console redrives included", async () => {
		const accepted = { at: longAgo, what: "accepted", by: "support", attempt: 1, redriveCount: 0 } as const;
		const asked = { requestedBy: "support", reason: "Unpaid.", kind: "suspend-tenant" } as const;
		await cloud.hold({
			tenant: aTenant(),
			claim: aClaim(),
			operation: operation(1, { ...asked, history: [accepted] }),
		});
		const failure = { step: "ProbeRoute", error: "WaitExpired", detail: "1 h" };
		await followReport(idOf(1), { attempt: 1, redriveCount: 0, status: "FAILED", failure });
		await followReport(idOf(1), { attempt: 1, redriveCount: 1, status: "SUCCEEDED" });
		const { history } = await historyOf();
		expect(history).toMatchObject([
			{
				...{ operationId: idOf(1), ...asked, status: "succeeded", hostname: aClaim().hostname },
				...{ correlationId: "corr-1", acceptedAt: longAgo },
				happenings: [
					accepted,
					{ what: "failed", step: "ProbeRoute", error: "WaitExpired" },
					{ what: "redriven", by: "aws", redriveCount: 1 },
					{ what: "succeeded", redriveCount: 1 },
				],
			},
		]);
	});

	it("comes in order of acceptance, page by page, and is the tenant's alone", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		for (const at of [3, 1, 2]) await cloud.hold({ operation: operation(at) });
		await cloud.hold({ operation: operation(4, { tenantId: "ten_other" }) });
		const first = await historyOf({ limit: "2" });
		const second = await historyOf({ limit: "2", cursor: first.next ?? "" });
		const ids = [first, second].map(({ history }) => history.map(({ operationId }) => operationId));
		expect(ids).toEqual([[idOf(1), idOf(2)], [idOf(3)]]);
		expect(second.next).toBeNull();
	});

	it("has nothing more to say of what the first release did than what it kept", async () => {
		await cloud.hold({ tenant: aTenant() });
		const { history: _none, steps: _steps, hostnames: _names, ...old } = operation(1);
		await cloud.put("registry", {
			...{
				pk: `OPERATION#${idOf(1)}`,
				sk: "OPERATION",
				tenantPk: `TENANT#${tenantId}`,
				tenantSk: `OPERATION#${idOf(1)}`,
			},
			...old,
		});
		expect((await historyOf()).history).toMatchObject([{ operationId: idOf(1), reason: null, happenings: [] }]);
	});

	it("is a 404 for no tenant, and a 400 for a cursor that it did not give", async () => {
		expect(await problem(handler, request())).toMatchObject({ type: "/errors/tenant-not-found" });
		await cloud.hold({ tenant: aTenant() });
		expect(await problem(handler, request({ cursor: "%%%" }))).toMatchObject({ status: 400, field: "cursor" });
		expect((await historyOf()).history).toEqual([]);
	});
});
