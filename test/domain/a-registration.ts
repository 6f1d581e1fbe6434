import { type DomainView, type Registration, type Told, told, type ZoneAnswer } from "../../domain/registration.ts";

export const domain = "example.com";
export const nowMs = Date.parse("2026-11-23T12:00:00.000Z");
export const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];

/** A registration in which nothing is wrong. */
export function aRegistration(more: Partial<Registration> = {}): Registration {
	return {
		...{ name: domain, registrar: told("Amazon Registrar"), expiresAt: told("2027-11-01T00:00:00.000Z") },
		...{ autoRenew: told(true), transferLock: told(true), contactsVerified: told(true) },
		...{ nameServers: told(servers), dsRecords: told([]) },
		...more,
	};
}

export const inDays = (days: number): Told<string> => told(new Date(nowMs + days * 86_400_000).toISOString());

/** The zone that the registry delegates to, unsigned unless told. */
export function aHostedZone(more: Partial<ZoneAnswer & { outcome: "hosted" }> = {}): ZoneAnswer {
	return { outcome: "hosted", nameServers: servers, isSigning: false, keyTags: [], dsAtParent: [], ...more };
}

export function aView(more: Partial<Registration> = {}, zone: ZoneAnswer | undefined = aHostedZone()): DomainView {
	return { name: domain, answer: { outcome: "registered", registration: aRegistration(more) }, zone };
}
