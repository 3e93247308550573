package login

import (
	"fmt"
	"net/http"
	"time"
)

// refusal is an error of the sign-in service. The codes are listed at
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
// A message may quote what the caller sent, but no credential.
type refusal struct {
	status  int
	code    string // OAuth's
	aadsts  int
	message string
}

func badRequest(code string, aadsts int, message string) *refusal {
	return &refusal{http.StatusBadRequest, code, aadsts, message}
}

func invalidClient(aadsts int, message string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", aadsts, message}
}

func malformedRequest() *refusal {
	return badRequest("invalid_request", 9002313, "Invalid request. Request is malformed or invalid.")
}

func wrongMethod(want, got string) *refusal {
	return badRequest("invalid_request", 900561,
		"The endpoint only accepts "+want+" requests. Received a "+got+" request.")
}

func missingParameter(name string) *refusal {
	return badRequest("invalid_request", 900144,
		"The request body must contain the following parameter: '"+name+"'.")
}

func unknownClient(id, tenant string) *refusal {
	return badRequest("unauthorized_client", 700016,
		"Application with identifier '"+id+"' was not found in the directory '"+tenant+"'.")
}

func invalidGrant(aadsts int, message string) *refusal {
	return badRequest("invalid_grant", aadsts, message)
}

// refuse writes the error as
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response
// shows it.
func (r *Request) refuse(f refusal) Response {
	timestamp := time.Now().UTC().Format("2006-01-02 15:04:05Z")
	return jsonResponse(f.status, struct {
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
		URI           string `json:"error_uri"`
	}{
		f.code,
		fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
			f.aadsts, f.message, r.RequestID, r.ClientRequestID, timestamp),
		[]int{f.aadsts},
		timestamp, r.RequestID, r.ClientRequestID,
		fmt.Sprintf("%s/error?code=%d", r.Origin, f.aadsts),
	})
}
