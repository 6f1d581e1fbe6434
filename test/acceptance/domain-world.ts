import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { ACMClient, paginateListCertificates } from "@aws-sdk/client-acm";
import { CloudFrontClient, paginateListDistributionTenants } from "@aws-sdk/client-cloudfront";
import { expect, vi } from "vitest";
import { z } from "zod";
import { type DomainView, domainViewSchema } from "../../domain/domain-view.ts";
import { limits } from "../../domain/limits.ts";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { type DiagnosisView, diagnosisSchema } from "../../functions/api/contracts/domains.ts";
import { type Ask, accountAt, hostnameOf, type Surroundings } from "./world.ts";

const domainSchema = z.object({ domain: domainViewSchema });
const acceptedSchema = domainSchema.extend({ operation: operationViewSchema });
const shownSchema = domainSchema.extend({ operation: operationViewSchema.nullable() });
const verifiedSchema = domainSchema.extend({ diagnosis: diagnosisSchema });

/** Lets a file's clock be moved by `pass`: rate limits and ages end without a wait. To be called once, before its world is made. */
export function moveClock(): void {
	vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
}

export const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

/** A tenant's custom domains as its customer has to do with them: the API, its DNS provider, a browser; and what AWS has of them. */
export function domainsAt(around: Surroundings) {
	const { endpoints } = around;
	let bearer: string | undefined;
	const call = (method: string, path: string, asked: Ask = {}) =>
		around.call(method, path, { ...(bearer !== undefined && { token: bearer }), ...asked });
	const account = { ...accountAt(endpoints.aws), region: "us-east-1" };
	const cloudFront = new CloudFrontClient(account);
	const acm = new ACMClient(account);

	const authority = readFileSync(endpoints.ca);
	const edgePort = Number(new URL(endpoints.edge.https).port);

	async function atProvider(order: object): Promise<void> {
		const body = JSON.stringify(order);
		const response = await fetch(`${endpoints.aws}/_local/customer-dns`, { method: "POST", body });
		if (!response.ok) throw new Error(`The provider refused ${body}: ${await response.text()}`);
	}

	async function ask<T>(method: string, path: string, shape: z.ZodType<T>, asked: Ask = {}): Promise<T> {
		const answer = await call(method, path, asked);
		if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
		return shape.parse(answer.json);
	}
	const pathOf = (tenantId: string, hostname: string) => `/v1/tenants/${tenantId}/domains/${hostname}`;

	async function show(tenantId: string, hostname: string) {
		return await ask("GET", pathOf(tenantId, hostname), shownSchema);
	}

	return {
		...{ pathOf, show, atProvider, cloudFront },
		/** From now on requests come with this token: the first one is good for a day. */
		comeWith(token: string): void {
			bearer = token;
		},
		/** Turns a switch of the embedded cloud. */
		async turn(name: string, input: object): Promise<void> {
			const response = await fetch(`${endpoints.aws}/_local/${name}`, { method: "POST", body: JSON.stringify(input) });
			if (!response.ok) throw new Error(`The switch ${name} refused: ${await response.text()}`);
		},
		/** Sets a record at the customer's provider; resolvers know it at once. */
		async set(name: string, type: string, ...values: string[]): Promise<void> {
			await atProvider({ do: "set", name, type, values, ttlSeconds: 1 });
			await atProvider({ do: "flush" });
		},
		async unset(name: string, type: string): Promise<void> {
			await atProvider({ do: "remove", name, type });
			await atProvider({ do: "flush" });
		},
		/** An active tenant's id. */
		async tenant(slug: string): Promise<string> {
			const { tenant, operation } = await around.client.createTenant(around.client.newTenant(slug));
			const { status } = await around.client.follow(operation.operationId, 30_000, () => {});
			if (status !== "succeeded") throw new Error(`The onboarding of ${slug} is ${status}.`);
			return tenant.tenantId;
		},
		/** Asks for a domain, and answers whatever comes. */
		request: (tenantId: string, hostname: string, more: object = {}) =>
			call("POST", `/v1/tenants/${tenantId}/domains`, { body: { hostname, ...more }, key: crypto.randomUUID() }),
		/** Asks for a domain that is accepted. */
		add: (tenantId: string, hostname: string, more: object = {}) =>
			ask("POST", `/v1/tenants/${tenantId}/domains`, acceptedSchema, {
				body: { hostname, ...more },
				key: crypto.randomUUID(),
			}),
		remove: (tenantId: string, hostname: string) => ask("DELETE", pathOf(tenantId, hostname), acceptedSchema),
		/** Has it looked at now, as often as one may. */
		async verify(tenantId: string, hostname: string) {
			pass(limits.verifyInterval.value + 1);
			return await ask("POST", `${pathOf(tenantId, hostname)}/verify`, verifiedSchema);
		},
		diagnose: (hostname: string): Promise<DiagnosisView> =>
			ask("GET", `/v1/domains/${hostname}/diagnosis`, diagnosisSchema),
		/** Resolves when the newest operation of a domain has ended as is expected. What a look came too early for is looked at again. */
		async ends(tenantId: string, hostname: string, status = "succeeded") {
			const { operation } = await show(tenantId, hostname);
			const follow = () => around.client.follow(operation?.operationId ?? "", 7_000, () => {});
			const again = async () => {
				await this.verify(tenantId, hostname);
				return await follow();
			};
			const ended = await follow().catch(again).catch(again);
			expect(ended, JSON.stringify((await show(tenantId, hostname)).domain.conditions)).toMatchObject({ status });
			return (await show(tenantId, hostname)).domain;
		},
		/** A domain that is active. */
		async attach(tenantId: string, hostname: string): Promise<DomainView> {
			const { domain } = await this.add(tenantId, hostname);
			await this.set(hostname, "CNAME", recordOf(domain, "CNAME").value);
			await this.verify(tenantId, hostname);
			return await this.ends(tenantId, hostname);
		},
		/** Follows an operation of the tenant to its success. */
		async succeeds(operationId: string): Promise<void> {
			const { status, failure } = await around.client.follow(operationId, 30_000, () => {});
			expect({ status, failure }).toMatchObject({ status: "succeeded" });
		},
		/** The names on the certificate that the edge shows in a handshake that is verified by name. Rejects when that fails. */
		handshake: (hostname: string) =>
			new Promise<string>((shown, failed) => {
				const socket = connect({ host: "127.0.0.1", port: edgePort, servername: hostname, ca: authority }, () => {
					shown(socket.getPeerCertificate().subjectaltname ?? "");
					socket.destroy();
				});
				socket.on("error", failed);
			}),
		/** What a browser gets, over a connection whose certificate is verified by name. */
		open: (hostname: string, path = "/") =>
			new Promise<Page>((answered, failed) => {
				const asking = request(
					{
						...{ host: "127.0.0.1", port: edgePort, path, servername: hostname, ca: authority, agent: false },
						headers: { host: hostname, accept: "application/json" },
						timeout: 10_000,
					},
					(response) => {
						text(response).then((body) => answered(pageOf(response, body)), failed);
					},
				);
				asking.on("timeout", () => asking.destroy(new Error(`The edge did not answer for ${hostname}.`)));
				asking.on("error", failed);
				asking.end();
			}),
		/** The domains of all distribution tenants. */
		async distributionTenants(): Promise<string[]> {
			const found: string[] = [];
			for await (const page of paginateListDistributionTenants({ client: cloudFront }, {})) {
				for (const { Domains = [] } of page.DistributionTenantList ?? []) {
					found.push(...Domains.map(({ Domain }) => Domain ?? ""));
				}
			}
			return found.sort();
		},
		/** The first names of all certificates but the platform's own. */
		async certificates(): Promise<string[]> {
			const found: string[] = [];
			for await (const page of paginateListCertificates({ client: acm }, {})) {
				found.push(...(page.CertificateSummaryList ?? []).map(({ DomainName }) => DomainName ?? ""));
			}
			return found.filter((name) => !name.endsWith(hostnameOf("x").slice(1))).sort();
		},
		leave() {
			cloudFront.destroy();
			acm.destroy();
		},
	};
}
/** What a browser got: which tenant's context the application behind the edge verified, and by which path it was asked. */
export interface Page {
	status: number;
	location: string | undefined;
	tenantId: string | undefined;
	path: string | undefined;
}

const applicationSchema = z.object({ tenantId: z.string(), contextVerified: z.literal(true), path: z.string() });

function pageOf({ statusCode = 0, headers }: IncomingMessage, body: string): Page {
	const isJson = headers["content-type"]?.startsWith("application/json");
	const seen = isJson ? applicationSchema.safeParse(JSON.parse(body)).data : undefined;
	return { status: statusCode, location: headers.location, tenantId: seen?.tenantId, path: seen?.path };
}

export type Domains = ReturnType<typeof domainsAt>;

/** The value of the record by which a domain is proven, of that type. */
export function recordOf(domain: DomainView, type: string): { name: string; value: string } {
	const all = domain.records.flatMap(({ alternatives, ...record }) => [record, ...alternatives]);
	const found = all.find((record) => record.type === type);
	if (!found || found.name === null || found.value === null) throw new Error(`${domain.hostname} has no ${type}.`);
	return { name: found.name, value: found.value };
}
