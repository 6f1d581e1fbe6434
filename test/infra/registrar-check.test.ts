import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { workMs } from "../../functions/schedule/check-registrations.ts";
import { zipFile } from "../../scripts/build.ts";
import { packageStages, registrarZipDigests } from "../../scripts/package.ts";
import { registrarTemplate, registrarTemplateFile, withZips } from "../../scripts/package-registrar.ts";
import { readRegistrar } from "../../scripts/registrar-values.ts";
import { registrarFunctions } from "../../scripts/service-file.ts";
import { clientDefaults, longestCallMs, route53Patience } from "../../services/aws-client.ts";
import { longestQuestionMs } from "../../services/dns-query.ts";
import { ianaBootstrapUrl } from "../../services/rdap.ts";
import { at, listAt, namesIn } from "./packaged.ts";

const template = registrarTemplate(readRegistrar().registrar);
const { CheckRegistrationsLambdaFunction: check, CheckRegistrationsRole: role } = template.Resources;
const settingNames = [...readFileSync("services/settings.ts", "utf8").matchAll(/[|=] "([A-Z_]+)"/g)].flatMap(
	([, name]) => name ?? [],
);
const actionsSchema = z.array(z.union([z.string().transform((action) => [action]), z.array(z.string())]));
/** For credentials, and what the document client has of each table's commands. */
const ofTheSdk = new Set([
	...[
		"AssumeRole",
		"AssumeRoleWithWebIdentity",
		"CreateToken",
		"CreateOAuth2Token",
		"CreateOAuth2TokenWithIAM",
		"GetRoleCredentials",
		"DescribeEndpoints",
	],
	...["DynamoDBDocumentClient", "Put", "Update", "Delete", "Scan"],
]);
let code = "";
beforeAll(async () => {
	await packageStages(["nonprod"], () => {});
	const [bytes] = Object.values(unzipSync(readFileSync(zipFile("checkRegistrations"))));
	code = new TextDecoder().decode(bytes);
}, 120_000);

describe("the check of registrations", () => {
	it("is the one function of the registrar's account, from the file of its name", () => {
		const [entry, ...others] = registrarFunctions;
		expect(others).toEqual([]);
		expect(check?.Properties["Handler"]).toBe(`${entry?.module}.handler`);
		const packaged: unknown = JSON.parse(readFileSync(registrarTemplateFile, "utf8"));
		expect(packaged).toEqual(JSON.parse(JSON.stringify(withZips(template, registrarZipDigests()))));
	});

	it("is given exactly the settings that its code reads", () => {
		const mentions = (name: string) => ['"', "'", "`"].some((quote) => code.includes(`${quote}${name}${quote}`));
		const given = Object.keys(Object(at(check, "Properties", "Environment", "Variables")));
		expect(given.filter((name) => !name.startsWith("POWERTOOLS_")).sort()).toEqual(
			settingNames.filter(mentions).sort(),
		);
		expect(at(template.Parameters, "RdapBootstrap", "Default")).toBe(ianaBootstrapUrl);
	});

	it("may call exactly the operations that its code holds", () => {
		const statements = listAt(role, "Properties", "Policies", 0, "PolicyDocument", "Statement");
		const granted = actionsSchema.parse(statements.map((statement) => at(statement, "Action"))).flat();
		const held = new Set([...code.matchAll(/\b([A-Z]\w+)Command\b/g)].map(([, name = ""]) => name));
		const called = [...held].filter((name) => !ofTheSdk.has(name)).sort();
		const own = granted.filter((action) => !/^(?:logs|xray):/.test(action));
		expect(own.map((action) => action.split(":")[1]).sort()).toEqual(called);
	});

	it("looks at the apexes' zones only, and writes notices only", () => {
		const statements = listAt(role, "Properties", "Policies", 0, "PolicyDocument", "Statement");
		const resourceOf = (sid: string) =>
			at(
				statements.find((one) => at(one, "Sid") === sid),
				"Resource",
			);
		expect(namesIn(resourceOf("Zones"))).toEqual(["ExampleComZone"]);
		expect(namesIn(resourceOf("Notices"))).toEqual(["RegistrationNoticesTable"]);
		expect(JSON.stringify(resourceOf("News"))).toContain("event-bus/default");
		const everything = statements.filter((one) => at(one, "Resource") === "*").map((one) => at(one, "Sid"));
		expect(everything).toEqual(["Tracing", "Registrations", "FindZone"]);
	});

	it("is woken by its schedule, and by nobody else", () => {
		const { CheckRegistrationsPermission: permission, CheckRegistrationsSchedule: schedule } = template.Resources;
		expect(schedule?.Properties).toMatchObject({ ScheduleExpression: "cron(0 6 * * ? *)", State: "ENABLED" });
		expect(namesIn(schedule?.Properties["Targets"])).toEqual(["CheckRegistrationsLambdaFunction"]);
		expect(permission?.Properties["SourceArn"]).toEqual({ "Fn::GetAtt": ["CheckRegistrationsSchedule", "Arn"] });
	});

	it("has an alarm for each of its metrics, for each domain's end, for its errors and for its silence", () => {
		const alarms = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
			Type === "AWS::CloudWatch::Alarm" && Properties["Namespace"] !== "AWS/Route53"
				? [`${Properties["Namespace"]} ${Properties["MetricName"]} ${Properties["TreatMissingData"]}`]
				: [],
		);
		expect(alarms.sort()).toEqual([
			"AWS/Lambda Errors notBreaching",
			"Hostmaster DaysToExpiry notBreaching",
			"Hostmaster RegistrationFindings breaching",
			"Hostmaster RegistrationFindings notBreaching",
			"Hostmaster UnaskedRegistrations notBreaching",
		]);
		for (const metric of ["DaysToExpiry", "RegistrationFindings", "UnaskedRegistrations"])
			expect(code).toContain(metric);
	});

	it("has time for a domain that begins last and hangs in each call, and to tell all that could be wrong with it", () => {
		const call = longestCallMs(clientDefaults);
		const look = Math.max(2 * call, 3 * longestCallMs(route53Patience) + 3 * longestQuestionMs);
		const tell = call + 7 * 3 * call;
		expect(1000 * Number(check?.Properties["Timeout"])).toBeGreaterThan(workMs + look + tell);
	});
});
