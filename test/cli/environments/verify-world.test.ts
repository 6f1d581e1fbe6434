import { ACMClient, type CertificateDetail, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { GetHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { probeAnyHostname } from "../../../cli/doctor/probe.ts";
import { verifySteps } from "../../../cli/environments/verify.ts";
import { delegatedViews, publicViews, serverViews } from "../../../services/public-dns.ts";
import { aContext, environment, standing } from "./a-verification.ts";

vi.mock(import("../../../services/public-dns.ts"), async (original) => ({
	...(await original()),
	...{ delegatedViews: vi.fn(), publicViews: vi.fn(), serverViews: vi.fn() },
}));
vi.mock(import("../../../cli/doctor/probe.ts"), () => ({ probeAnyHostname: vi.fn() }));

const route53 = mockClient(Route53Client);
const acm = mockClient(ACMClient);
const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
const view = (outcome: "found" | "none" | "no-answer", told = servers) => ({
	...{ resolver: "192.0.2.1", outcome, servers: outcome === "found" ? told : [] },
});
const says = (...views: ReturnType<typeof view>[]) => views;
beforeEach(() => {
	route53.on(GetHostedZoneCommand, { Id: "Z1" }).resolves({ DelegationSet: { NameServers: servers } } as never);
	vi.mocked(delegatedViews).mockResolvedValue(says(view("found"), view("no-answer")));
	vi.mocked(publicViews).mockResolvedValue(says(view("found"), view("found")));
	vi.mocked(serverViews).mockResolvedValue(servers.map((server) => ({ server, outcome: "authoritative" })));
});
afterEach(() => {
	route53.reset();
	acm.reset();
	vi.resetAllMocks();
});
afterAll(() => {
	route53.restore();
	acm.restore();
});

const dns = { resolvers: "", nameServerPort: "53" };
const outputs = {
	PlatformZoneId: "Z1",
	WildcardCertificateArn: "arn:aws:acm:us-east-1:1:certificate/1",
	DistributionDomainName: "d1.cloudfront.net",
};
/** Takes one step; what it said, and how long it waited. */
async function take(name: string, from: Parameters<typeof standing>) {
	const { context, passed } = aContext();
	const step = verifySteps(environment, context, standing(...from)).find((each) => each.name === name);
	const ended = await step?.act().catch(({ exit, report }) => ({ exit, ...report }));
	return { ended, passedMs: passed() };
}

describe("the delegation of a stack that stands", () => {
	const role = { DelegationRole: "arn:role" };

	it("is as the zone above, two resolvers and all servers of the zone say", async () => {
		expect(await take("delegation", [outputs, role])).toEqual({
			...{ ended: "app.example.com leads to 2 servers, which all answer for it", passedMs: 0 },
		});
		expect(delegatedViews).toHaveBeenCalledWith("app.example.com", "example.com", dns);
		expect(serverViews).toHaveBeenCalledWith("app.example.com", servers, dns);
	});

	it.each([
		["taken away", view("none")],
		["led elsewhere", view("found", ["ns-1.elsewhere.test"])],
		["given one server too many", view("found", [...servers, "ns-9.elsewhere.test"])],
	])(
		"is stood up again by the stack when hands have %s, and resolvers are asked afterwards only",
		async (_, broken) => {
			vi.mocked(delegatedViews).mockResolvedValue(says(broken));
			const delegateAgain = vi.fn(() => {
				expect(publicViews).not.toHaveBeenCalled();
				vi.mocked(delegatedViews).mockResolvedValue(says(view("found")));
				return Promise.resolve();
			});
			expect((await take("delegation", [outputs, role, delegateAgain])).ended).toContain("leads to 2 servers");
			expect(delegateAgain).toHaveBeenCalledOnce();
		},
	);

	it("is nobody's but whose hands have made it, where the stack has no role for it", async () => {
		vi.mocked(delegatedViews).mockResolvedValue(says(view("none")));
		const { ended, passedMs } = await take("delegation", [outputs, { DelegationRole: "" }]);
		expect(ended).toMatchObject({
			...{
				exit: 1,
				title: expect.stringContaining("finds none"),
				fix: expect.stringContaining("Then run this again."),
			},
		});
		expect(passedMs).toBeGreaterThan(60_000);
		expect(publicViews).not.toHaveBeenCalled();
	});

	it("waits for resolvers that remember what was, and asks the stack for nothing", async () => {
		vi.mocked(publicViews).mockResolvedValueOnce(says(view("none"), view("none")));
		expect(await take("delegation", [outputs, role])).toMatchObject({ passedMs: 2_000 });
	});

	it("has failed when a server does not answer for the zone", async () => {
		vi.mocked(serverViews).mockResolvedValue([{ server: servers[0] ?? "", outcome: "lame" }]);
		expect((await take("delegation", [outputs, role])).ended).toMatchObject({
			...{ exit: 1, title: expect.stringContaining("ns-1.awsdns-00.com is lame") },
		});
	});

	it("is unknown, and not wrong, while nobody answers", async () => {
		vi.mocked(delegatedViews).mockResolvedValue(says(view("no-answer")));
		vi.mocked(publicViews).mockResolvedValue(says(view("no-answer")));
		expect((await take("delegation", [outputs, role])).ended).toMatchObject({ exit: 3 });
	});

	it("cannot be looked for when the stack does not tell its zone", async () => {
		expect((await take("delegation", [{}, role])).ended).toMatchObject({ exit: 1 });
	});
});

describe("the certificate", () => {
	const certificate = (more: Partial<CertificateDetail>) =>
		acm.on(DescribeCertificateCommand).resolves({
			Certificate: {
				...{ Status: "ISSUED", SubjectAlternativeNames: ["*.app.example.com"] },
				...{ NotAfter: new Date(100 * 86_400_000), ...more },
			},
		});

	it("is issued, and for all names of the platform domain", async () => {
		certificate({});
		expect((await take("certificate", [outputs])).ended).toBe("*.app.example.com, for 100 more days");
	});

	it.each<[string, Partial<CertificateDetail>, RegExp]>([
		["has been revoked", { Status: "REVOKED" }, /is REVOKED/],
		["was not renewed", { NotAfter: new Date(86_400_000) }, /ends in 1 days/],
		[
			"is for another domain",
			{ SubjectAlternativeNames: ["*.old.example.com"] },
			/for \*\.old\.example\.com, and not for \*\.app/,
		],
		["is for nothing", { SubjectAlternativeNames: [] }, /for no name/],
	])("is not right when it %s", async (_, more, title) => {
		certificate(more);
		expect((await take("certificate", [outputs])).ended).toMatchObject({
			exit: 1,
			title: expect.stringMatching(title),
		});
	});

	it("has to be told by the stack", async () => {
		expect((await take("certificate", [{}])).ended).toMatchObject({ exit: 1 });
	});
});

describe("the edge", () => {
	it("answers for a name that nobody has, at once or a little later", async () => {
		vi.mocked(probeAnyHostname).mockResolvedValueOnce({ isOurs: false, because: "it answers 503" });
		vi.mocked(probeAnyHostname).mockResolvedValue({ isOurs: true });
		expect(await take("edge", [outputs])).toEqual({
			...{ ended: "d1.cloudfront.net answers for app.example.com", passedMs: 2_000 },
		});
		expect(probeAnyHostname).toHaveBeenCalledWith("d1.cloudfront.net", "app.example.com", {
			port: 443,
			authority: "",
			resolvers: "",
		});
	});

	it("has failed when something else answers, and is unknown when nobody says where it is", async () => {
		vi.mocked(probeAnyHostname).mockResolvedValue({ isOurs: false, because: "it answers 200" });
		expect((await take("edge", [outputs])).ended).toMatchObject({ exit: 1, detail: "it answers 200" });
		vi.mocked(probeAnyHostname).mockRejectedValue(new Error("Nobody resolves it."));
		expect((await take("edge", [outputs])).ended).toMatchObject({ exit: 3, detail: "Error: Nobody resolves it." });
	});

	it("has to be told by the stack", async () => {
		expect((await take("edge", [{}])).ended).toMatchObject({ exit: 1 });
	});
});
