package graph

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ConfigError is a configuration that cannot work. Nothing was sent, and one run
// names all of them.
type ConfigError struct {
	// Problem names the flag or environment variable and what to do.
	Problem string
}

func (e *ConfigError) Error() string { return e.Problem }

// ExitCode is the exit code that the command ends with.
func (e *ConfigError) ExitCode() int { return 2 }

// AuthError is a refusal of the credentials or of the token, so that no request
// of the run can succeed.
type AuthError struct {
	Problem string // what was refused, in plain words

	// Code is the number of an AADSTS error, 0 where there is none; see
	// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
	Code int

	// TraceID and CorrelationID are what Microsoft's support asks for; both
	// may be empty.
	TraceID, CorrelationID string

	advice string // for this refusal, may be empty
}

// Error has code and ids beside the words, because they are all that
// Microsoft's support goes by.
func (e *AuthError) Error() string {
	text := "authenticating: "
	if e.Code != 0 {
		text += fmt.Sprintf("AADSTS%d: ", e.Code)
	}
	text += e.Problem
	if e.advice != "" {
		text += ": " + e.advice
	}
	if e.TraceID+e.CorrelationID != "" {
		text += fmt.Sprintf(" (trace id %q, correlation id %q)", e.TraceID, e.CorrelationID)
	}
	return text
}

// Advice is what to do next, never empty.
func (e *AuthError) Advice() string {
	return cmp.Or(e.advice, "check --auth, --tenant-id, --client-id and what this kind of credential needs, then run again")
}

// ExitCode is the exit code that the command ends with.
func (e *AuthError) ExitCode() int { return 5 }

// NonRetriable keeps azcore, which looks for this method, from trying again.
func (e *AuthError) NonRetriable() {}

// CertificateError is a server whose certificate cannot be believed. Nothing was
// sent to it, and the next try would meet the same certificate.
type CertificateError struct {
	Host    string // which was asked
	Problem string // what is wrong with its certificate

	advice string
}

// asCertificateError finds the fault of a certificate in an error of net/http;
// nil where there is none. On some systems the platform verifies, with errors of
// its own; the kinds of crypto/x509 only choose the advice.
func asCertificateError(host string, g gate, err error) *CertificateError {
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, foreign := errors.AsType[x509.HostnameError](err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	if !unverified && !unknown && !foreign && !isInvalid {
		return nil
	}
	advice := "if a proxy inspects TLS here, or this is a private stand-in, give the certificate of its authority with --ca-file; a slim image may lack all authorities (ca-certificates)"
	switch {
	case foreign:
		advice = "check --graph-endpoint, --authority and the proxy settings: another server answers, or its certificate lacks this name"
	case isInvalid && invalid.Reason == x509.Expired:
		advice = "check the clock of this machine; otherwise the server's certificate must be renewed, and its authority's given with --ca-file"
	}
	return &CertificateError{Host: host, Problem: g.text(networkError(err).Error()), advice: advice}
}

func (e *CertificateError) Error() string {
	return fmt.Sprintf("connecting to %s: %s: %s", e.Host, e.Problem, e.advice)
}

// Advice is what to do next.
func (e *CertificateError) Advice() string { return e.advice }

// ExitCode is the exit code that the command ends with.
func (e *CertificateError) ExitCode() int { return 1 }

// NonRetriable keeps azcore, which looks for this method, from trying again.
func (e *CertificateError) NonRetriable() {}

// wayError is a fault on the way of which more is known than its text. The next
// try may do better.
type wayError struct {
	error
	problem, advice string
}

// onTheWay adds to an error what the cause in it is known to mean.
func onTheWay(err, cause error) error {
	if known := localFault(cause.Error()); known.problem != "" {
		return &wayError{err, known.problem, known.advice}
	}
	return err
}

func (e *wayError) Error() string { return e.error.Error() + ": " + e.problem }
func (e *wayError) Unwrap() error { return e.error }

// Advice is what to do next.
func (e *wayError) Advice() string { return e.advice }

// NotGraphError is an answer of something else than Microsoft Graph: a proxy, a
// sign-in page, another service.
type NotGraphError struct {
	Host        string // which was asked
	Status      int    // HTTP status of the answer
	ContentType string // of the answer, may be empty
	Beginning   string // of the answer's text; may be empty
	Target      string // host that a redirect points to, empty otherwise
}

func (e *NotGraphError) Error() string {
	what := fmt.Sprintf("the answer (status %d, content type %q, beginning %q) is not Microsoft Graph's", e.Status, e.ContentType, e.Beginning)
	if e.Status/100 == 3 {
		what = fmt.Sprintf("it redirects (status %d) to %q, which is not followed because the token would go there", e.Status, e.Target)
	}
	return fmt.Sprintf("asking %s: %s: %s", e.Host, what, e.next())
}

// next is where to look for whoever has answered.
func (e *NotGraphError) next() string {
	switch {
	case e.Status == http.StatusNetworkAuthenticationRequired:
		return "this network wants people to sign in first: open a browser and accept its page"
	case strings.Contains(e.ContentType, "html"):
		return "if it is a web filter's or this network's page, have the hosts of the sign-in and of Graph allowed; otherwise check --graph-endpoint and the proxy settings"
	}
	return "check --graph-endpoint and the proxy settings"
}
