import { randomBytes } from "node:crypto";
import { withoutTrailingDot } from "../domain/dns-name.ts";
import {
	type AddressView,
	type CertificateObservation,
	type CloudFrontObservation,
	couldNotAsk,
	type DnsReading,
	type DomainObservations,
	type HttpView,
	type Look,
	notAsked,
	type RequestLimitObservation,
	type ResolverView,
	seen,
} from "../domain/domain-observations.ts";
import { limits } from "../domain/limits.ts";
import { readingOf, recordsIn, shortPatience } from "./dns-reading.ts";
import { probeEdge } from "./edge-probe.ts";
import { observeResolver } from "./observe-resolver.ts";
import { observeZone } from "./observe-zone.ts";
import { askAny, caaClimb, resolvers } from "./public-dns.ts";
import { shakeHands } from "./tls-handshake.ts";

/** What to look at. Names are canonical. */
export interface ObservationQuestion {
	/** A wildcard with its star. */
	hostname: string;
	txtName: string;
	/** Left out for a hostname that nobody has here. */
	target?: string | undefined;
	registrableDomain: string;
	/** Name of the CNAME by which ACM validates. */
	validationName?: string | undefined;
	/** Whether addresses are connected to: before traffic is waited for, what answers there is nobody's concern. */
	connects: boolean;
}

/** What AWS can be asked; left out is not asked. A rejection is 'could not ask'. */
export interface CloudQuestions {
	certificate?: () => Promise<CertificateObservation | undefined>;
	cloudFront?: () => Promise<CloudFrontObservation | undefined>;
	/** When requests are limited already. */
	requestLimit?: RequestLimitObservation;
}

/**
 * Looks at a hostname once: at every resolver, at its zone's own servers, at CAA, at AWS, and at each of its addresses. Takes
 * `limits.observation` at most; what has not answered by then is 'could not ask'. Never rejects for what comes from outside.
 */
export async function observeDomain(
	question: ObservationQuestion,
	cloud: CloudQuestions = {},
): Promise<DomainObservations> {
	const at = new Date().toISOString();
	const deadline = Date.now() + limits.observation.value * 1_000;
	const bounded = <T>(looking: Promise<Look<T>>) => before(deadline, looking);
	const { hostname, txtName, target, validationName } = question;
	const zone = bounded(observeZone({ hostname, txtName }));
	const [views, zoneSeen, doubled, sibling, stray, caa, validation, edgeAddresses, certificate, cloudFront] =
		await Promise.all([
			Promise.all(resolvers().map((server) => observeResolver(server, hostname, txtName))),
			zone,
			bounded(zone.then((look) => doubledLook(hostname, look))),
			bounded(siblingLook(hostname)),
			bounded(strayProofs(question)),
			bounded(caaLook(hostname)),
			bounded(validationLook(validationName)),
			bounded(addressesOf(target)),
			bounded(cloudLook(cloud.certificate)),
			bounded(cloudLook(cloud.cloudFront)),
		]);
	return {
		...{ hostname, at, resolvers: views, zone: zoneSeen, sibling, strayProofs: stray, doubled, caa, validation },
		...{ edgeAddresses, certificate, cloudFront },
		addresses: question.connects ? await bounded(connectAll(hostname, views)) : notAsked,
		requestLimit: cloud.requestLimit ? seen(cloud.requestLimit) : notAsked,
	};
}

/** The look, or that it took too long. */
async function before<T>(deadlineMs: number, looking: Promise<Look<T>>): Promise<Look<T>> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Look<T>>((resolve) => {
		timer = setTimeout(() => resolve(couldNotAsk("it took too long")), Math.max(0, deadlineMs - Date.now()));
	});
	return await Promise.race([looking, late]).finally(() => clearTimeout(timer));
}

async function cloudLook<T>(ask: (() => Promise<T | undefined>) | undefined): Promise<Look<T>> {
	if (!ask) return notAsked;
	try {
		const found = await ask();
		return found === undefined ? notAsked : seen(found);
	} catch (error) {
		return couldNotAsk(error instanceof Error ? error.name : "an unknown error");
	}
}

async function doubledLook(hostname: string, zone: DomainObservations["zone"]): Promise<Look<DnsReading>> {
	return zone.outcome === "seen" ? await nameLook(`${hostname}.${zone.value.name}`) : notAsked;
}

async function validationLook(name: string | undefined): Promise<Look<DnsReading>> {
	return name === undefined ? notAsked : await nameLook(withoutTrailingDot(name), "CNAME");
}

async function nameLook(name: string, type: "A" | "CNAME" = "A"): Promise<Look<DnsReading>> {
	const answer = await askAny({ name, type }, undefined, shortPatience);
	return answer ? seen(readingOf(answer, { name, type })) : couldNotAsk("no resolver answers");
}

/** A name that nobody has made: only a wildcard answers for it. A wildcard hostname has none beside it. */
async function siblingLook(hostname: string): Promise<Look<DnsReading>> {
	if (hostname.startsWith("*.")) return notAsked;
	const [, ...rest] = hostname.split(".");
	return await nameLook([`hostmaster-${randomBytes(5).toString("hex")}`, ...rest].join("."));
}

async function caaLook(hostname: string): Promise<DomainObservations["caa"]> {
	const climb = await caaClimb(hostname, undefined, shortPatience);
	return climb ? seen(climb) : couldNotAsk("a name's CAA records cannot be asked for");
}

/** Where people put the proof by mistake: at the hostname itself, below the domain's own name, or with the zone's name twice. */
async function strayProofs({
	hostname,
	txtName,
	registrableDomain,
}: ObservationQuestion): Promise<DomainObservations["strayProofs"]> {
	const bare = hostname.replace(/^\*\./, "");
	const names = [bare, `_hostmaster.${registrableDomain}`, `${txtName}.${registrableDomain}`, registrableDomain];
	const others = [...new Set(names)].filter((name) => name !== txtName && name.length <= limits.dnsName.value);
	const found = await Promise.all(
		others.map(async (name) => {
			const answer = await askAny({ name, type: "TXT" }, undefined, shortPatience);
			return answer && { name, records: recordsIn(answer) };
		}),
	);
	// A place that cannot be asked hides nothing that is wanted.
	return seen(found.filter((one) => one !== undefined).filter(({ records }) => records.length > 0));
}

async function addressesOf(target: string | undefined): Promise<Look<readonly string[]>> {
	if (target === undefined) return notAsked;
	const [a, aaaa] = await Promise.all([
		askAny({ name: target, type: "A" }, undefined, shortPatience),
		askAny({ name: target, type: "AAAA" }, undefined, shortPatience),
	]);
	if (!a && !aaaa) return couldNotAsk("no resolver answers for the target");
	const values = [readingOf(a, { name: target, type: "A" }), readingOf(aaaa, { name: target, type: "AAAA" })];
	return seen(values.flatMap((reading) => reading.values));
}

/** Beyond these the rest is alike. */
const mostAddresses = 8;

/** Each address of the hostname; of a wildcard with a name that it stands for. IPv6 is not spoken where functions run. */
async function connectAll(hostname: string, views: readonly ResolverView[]): Promise<Look<readonly AddressView[]>> {
	const name = hostname.replace(/^\*\./, "hostmaster-probe.");
	const found = new Set(views.flatMap(({ a, aaaa }) => [...a.values, ...aaaa.values]));
	if (found.size === 0) return couldNotAsk("the hostname has no address");
	return seen(
		await Promise.all(
			[...found].slice(0, mostAddresses).map(async (address): Promise<AddressView> => {
				if (address.includes(":")) return { address, tls: notAsked, http: notAsked };
				const tls = await shakeHands(name, address);
				const isSound = tls.outcome === "handshake" && tls.error === undefined;
				return { address, tls: seen(tls), http: isSound ? seen(await httpView(name, address)) : notAsked };
			}),
		),
	);
}

async function httpView(hostname: string, address: string): Promise<HttpView> {
	const answer = await probeEdge(hostname, address);
	if (answer.outcome === "no-answer") return answer;
	return { outcome: "answer", status: answer.status, tenantId: answer.tenant?.tenantId };
}
