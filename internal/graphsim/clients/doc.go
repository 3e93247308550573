// Package clients drives the simulator with real clients of Microsoft Graph:
// azidentity and azcore, msgraph-sdk-go-core, and Hamilton, which nobody at
// Microsoft has written. They run unmodified over TLS, with their own sign-in,
// serializing, paging, retries and batches; only the addresses that they take
// as settings are those of the simulator.
//
// It has tests and no code. It does not repeat what the simulator's own tests
// say about each call: it is for what clients demand beside that, and what
// their authors have seen of the real service.
//
// Its one invariant: a client cannot tell. No request of a client is refused
// but where the test says so, and what the client believes to have written
// stands in the simulator.
//
// It is a module of its own so that the libraries it drives are no
// dependencies of the program. Run it with go test in its directory.
package clients
