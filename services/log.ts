import { Logger } from "@aws-lambda-powertools/logger";

/** Structured logs of every function: JSON lines with the function's name and the request's id. No secrets, no bodies. */
export const logger = new Logger({ serviceName: "hostmaster" });
