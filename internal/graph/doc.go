// Package graph speaks to Microsoft Graph: it knows the clouds and their
// hosts, signs in with every kind of Entra credential, sends one step as a
// plain request or several as one $batch, and decodes what comes back into
// one [authmethod.Answer] per step. Questions, which only read, go the same way.
//
// It does not retry, pace, order or decide anything, and starts nothing of its
// own: a call returns when its request is over. The one exception is a 401,
// which costs one new token and one repetition, because a refused request was
// not carried out. A [Client] may be used by many goroutines at a time.
//
// Its one invariant: a step that may have reached Graph is never
// reported as not sent. NotSent is set on proof only, Lost in every doubt,
// because a create that is repeated blindly may be carried out twice.
//
// # The way of a request
//
//	steps, questions -> httpCall   request.go, question.go: what Graph is asked
//	  -> token                     token.go, signin.go: one for all callers
//	  -> bounded, proxy            exchange.go, transport.go: the wire
//	  -> reply                     reply.go: answered, lost or not sent
//	  -> gate                      gate.go: what may be shown of it
//	  -> answers                   answer.go, batch.go: one for each
//	  -> meaning                   meaning.go: what a refusal means to people
//
// The sign-in service is reached over the same transport, and what it answers
// passes the same gate. What its refusals and faults on the way mean is in
// explain.go. All of that is data in three tables, which explain and decide
// nothing.
//
// What is known before the first step comes from [Client.Reach], [Client.Clock]
// and [Client.Claims]. It is for people: nothing here goes by it.
//
// # What ends a run
//
// Most of what goes wrong is in the answers, and the caller decides. An error
// is returned only where no request of the run can succeed: [ConfigError],
// [AuthError], [CertificateError] and [NotGraphError]. Errors that know their
// exit code have a method ExitCode, and Advice where the next step depends on
// the cause.
//
// # What stays secret
//
// Tokens go to the configured origin only. Redirects are not followed, plain
// http is spoken to loopback addresses only, and never through a proxy. No
// secret, token, body or phone number reaches a log or an error: a [Secret]
// cannot be printed, and the gate masks what a peer may echo.
package graph
