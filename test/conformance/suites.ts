import type { Suite } from "./check.ts";
import { acm } from "./suites/acm.ts";
import { cloudformation } from "./suites/cloudformation.ts";
import { cloudfront } from "./suites/cloudfront.ts";
import { dynamodb } from "./suites/dynamodb.ts";
import { dynamodbTransactions } from "./suites/dynamodb-transactions.ts";
import { events } from "./suites/events.ts";
import { route53 } from "./suites/route53.ts";
import { route53Zones } from "./suites/route53-zones.ts";
import { route53domains } from "./suites/route53domains.ts";
import { s3 } from "./suites/s3.ts";
import { secretsmanager } from "./suites/secretsmanager.ts";
import { sqs } from "./suites/sqs.ts";
import { stack } from "./suites/stack.ts";
import { states } from "./suites/states.ts";
import { sts } from "./suites/sts.ts";

/** Every suite; several run at once, those with long waits first. */
export const suites: readonly Suite[] = [
	...[stack, cloudfront, sqs, cloudformation, states, events],
	...[route53, route53Zones, dynamodb, dynamodbTransactions],
	...[acm, sts, secretsmanager, s3, route53domains],
];
