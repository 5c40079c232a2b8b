// Signing in, and a client that is signed in: what an app needs before its first request.
import createClient, { type Client } from "openapi-fetch";
import type { paths, ProblemCode } from "./generated/schema.ts";

export type Api = Client<paths>;

/** A refusal of the API. `code` is one of a closed set; `detail` is for people. */
export class Refused extends Error {
  readonly status: number;
  readonly code: ProblemCode;

  constructor(problem: { status: number; code: ProblemCode; detail: string }) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.status = problem.status;
    this.code = problem.code;
  }
}

/** What was answered. Throws Refused for a problem. */
export function answered<Data>(answer: {
  data?: Data;
  error?: { status: number; code: ProblemCode; detail: string } | undefined;
}): Data {
  if (answer.error !== undefined) throw new Refused(answer.error);
  if (answer.data === undefined) throw new Error("an answer without a body");
  return answer.data;
}

function client(baseUrl: string, language: string, token?: string): Api {
  const headers = { "Accept-Language": language, ...(token === undefined ? {} : { "X-Session-Token": token }) };
  return createClient<paths>({ baseUrl, headers });
}

/** A client of somebody who is signed in; `code` is asked for where a second factor is set up. */
export async function signIn(
  baseUrl: string,
  person: { email: string; password: string },
  code: () => string,
  language = "en",
): Promise<Api> {
  const begun = await client(baseUrl, language).POST("/_allauth/app/v1/auth/login", { body: person });
  const pending = begun.error?.meta?.session_token;
  if (begun.error?.code !== "second_factor_needed" || pending === undefined) {
    const token = answered(begun).meta?.session_token;
    if (token === undefined) throw new Error("signed in without a token");
    return client(baseUrl, language, token);
  }
  const sent = await client(baseUrl, language, pending).POST("/_allauth/app/v1/auth/2fa/authenticate", {
    body: { code: code() },
  });
  return client(baseUrl, language, answered(sent).meta?.session_token ?? pending);
}
