import { expect, it } from "vitest";
import { readCustomHostname } from "../../functions/read-domain.ts";
import { readSlug } from "../../functions/read-slug.ts";
import { banner } from "../../local/banner.ts";
import { setEnvironment } from "../builders/a-cloud.ts";

const text = banner({
	...{ pid: 1, api: "http://127.0.0.1:1", aws: "http://127.0.0.1:2", dns: { host: "127.0.0.1", port: 3 } },
	...{ edge: { https: "https://127.0.0.1:4", http: "http://127.0.0.1:5" }, ca: "/ca.pem", token: "t" },
	...{ demoOrigin: { host: "origin.hostmaster.test", port: 6 }, platformDomain: "app.hostmaster.test" },
});
const named = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);

it("names what to try with slugs and domains that may be had", () => {
	setEnvironment();
	const [slugs, domains] = [named(/tenants add (\S+)/g), named(/domains add \S+ (\S+)/g)];
	expect([slugs.length, domains.length]).toEqual([3, 1]);
	for (const slug of slugs) expect(() => readSlug(slug)).not.toThrow();
	for (const domain of domains) expect(() => readCustomHostname(domain)).not.toThrow();
});
