package graph

import (
	"net/http"
	"testing"

	"entraphone/internal/authmethod"
)

// Whatever answers, each step has exactly one of status, Lost and
// NotSent, and an id to ask Microsoft about.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "", `{"responses":[{"id":"1","status":201,"headers":{"Retry-After":"1"},"body":{"id":"x"}},{"id":"2","status":404,"body":"PGh0bWw+"}]}`)
	f.Add(424, "x", `{"responses":[{"id":"1","status":429},{"id":"1"},null]}`)
	f.Add(201, "x", `{"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+1 2065550100"}`)
	f.Add(400, "", `{"error":{"code":"badRequest","message":"m","innerError":{"code":"c","innerError":{"request-id":"r"}}}}`)
	f.Add(500, "", "<html><script>\xff")
	f.Fuzz(func(t *testing.T, status int, requestID, body string) {
		if status < 200 || status > 599 || status == http.StatusUnauthorized {
			t.Skip()
		}
		c := clientFor(t, answering(status, map[string]string{"request-id": requestID}, body))
		for _, steps := range [][]authmethod.Step{{create("a")}, {read("a")}, {create("a"), read("b")}} {
			answers, _ := c.Send(t.Context(), steps)
			if len(answers) != len(steps) {
				t.Fatalf("%d answers to %d steps", len(answers), len(steps))
			}
			for _, a := range answers {
				if (a.Status != 0) == (a.Lost != nil) || a.NotSent != nil || a.RequestID == "" || a.RetryAfter < 0 {
					t.Errorf("answer = %+v, want a status or Lost, and an id", a)
				}
			}
		}
	})
}
