import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Registration, RegistrationSource } from "../../domain/registration.ts";

/** A domain at its registry, in the words of whoever describes it. */
export interface RegisteredDomain {
	name: string;
	expiresAt: string;
	isLocked: boolean;
	nameServers: string[];
	ds: { keyTag: number; algorithm: number; digestType: number; digest: string }[];
}

/** What can come between a source and its service. */
export const troubles = ["throttles", "is broken", "is silent", "hangs up", "talks nonsense"] as const;
export type ServiceTrouble = (typeof troubles)[number];

/** A source before a service that a test has in hand. */
export interface RegistrationsStage {
	source: RegistrationSource;
	register(domain: RegisteredDomain): void;
	/** From the next request on. */
	setTrouble(trouble: ServiceTrouble): void;
	/** As new: nothing is registered, and nothing is wrong. */
	reset(): void;
	close(): Promise<void> | void;
}

const domain: RegisteredDomain = {
	...{ name: "example.com", expiresAt: "2027-08-13T04:00:00.000Z", isLocked: true },
	nameServers: ["NS-2.example.NET", "ns-1.example.org."],
	ds: [{ keyTag: 370, algorithm: 13, digestType: 2, digest: "be74359954660069d5c63d200c39f5603827d7dd" }],
};

/** What every source of registrations owes its callers; `open` is called once. */
export function registrationsContract(called: string, open: () => Promise<RegistrationsStage>): void {
	describe(`${called} as a source of registrations`, () => {
		let stage: RegistrationsStage;
		beforeAll(async () => {
			stage = await open();
		});
		afterEach(() => stage.reset());
		afterAll(() => stage.close());

		async function registration(of: RegisteredDomain): Promise<Registration> {
			stage.register(of);
			const answer = await stage.source.ask(of.name);
			if (answer.outcome !== "registered") throw new Error(`${answer.outcome}: ${answer.because}`);
			return answer.registration;
		}

		it("tells what stands at the registry, in canonical form", async () => {
			expect(await registration(domain)).toMatchObject({
				name: "example.com",
				registrar: { outcome: "told", value: expect.stringMatching(/\w/) },
				expiresAt: { outcome: "told", value: "2027-08-13T04:00:00.000Z" },
				transferLock: { outcome: "told", value: true },
				nameServers: { outcome: "told", value: ["ns-1.example.org", "ns-2.example.net"] },
				dsRecords: {
					outcome: "told",
					value: [{ keyTag: 370, algorithm: 13, digestType: 2, digest: "BE74359954660069D5C63D200C39F5603827D7DD" }],
				},
			});
		});

		it("tells of a domain that nobody signs and nothing locks", async () => {
			expect(await registration({ ...domain, isLocked: false, ds: [] })).toMatchObject({
				transferLock: { outcome: "told", value: false },
				dsRecords: { outcome: "told", value: [] },
			});
		});

		it("says of everything else that it is told, or why not", async () => {
			for (const [member, said] of Object.entries(await registration(domain))) {
				if (member === "name") continue;
				expect
					.soft(said, member)
					.toEqual(
						said.outcome === "told"
							? { outcome: "told", value: expect.anything() }
							: { outcome: "untold", because: expect.stringMatching(/\w/) },
					);
			}
		});

		it("knows that a domain is not registered", async () => {
			stage.register(domain);
			expect(await stage.source.ask("other-example.com")).toEqual({
				outcome: "not-registered",
				because: expect.stringMatching(/\w/),
			});
		});

		it.each(troubles)("could not ask a service that %s, and says so in bounded time", async (trouble) => {
			stage.register(domain);
			stage.setTrouble(trouble);
			const answer = await stage.source.ask(domain.name);
			expect(answer).toEqual({ outcome: "unanswered", because: expect.stringMatching(/\w/) });
			stage.reset();
			await registration(domain);
		});
	});
}
