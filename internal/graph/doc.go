// Package graph speaks to Microsoft Graph: it knows the clouds and their
// hosts, signs in with every kind of Entra credential, sends one operation as
// a plain request or several as one $batch, and decodes what comes back into
// one [authmethod.Answer] per operation.
//
// It does not retry, pace, order or decide anything, and starts nothing of its
// own: a call returns when its request is over. The one exception is a 401,
// which costs one new token and one repetition, because a refused request was
// not carried out. A [Client] may be used by many goroutines at a time.
//
// Its one invariant: an operation that may have reached Graph is never
// reported as not sent. NotSent is set on proof only, Lost in every doubt,
// because a create that is repeated blindly may be carried out twice.
//
// Tokens go to the configured origin only. Redirects are not followed, plain
// http is spoken to loopback addresses only, and no secret, token, body or
// phone number reaches a log or an error.
package graph
