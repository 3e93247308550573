package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// met is what becomes of a row whose call is answered as people met it.
type met struct {
	fault   string // in JSON, without its braces
	outcome authmethod.Outcome
	reason  authmethod.Code
	advice  string // words that it must have
}

// forGood are answers that come each time, to a create of one user of three.
var forGood = []met{
	{`"answer":"duplicate-phone"`, authmethod.Failed, authmethod.CodeRegisteredNotShown, "Entra admin center"},
	{`"answer":"number-not-unique"`, authmethod.Created, authmethod.CodeSMSNotSwitchedNotUnique, "the phone itself is in place"},
	{`"answer":"number-reserved"`, authmethod.Failed, authmethod.CodeNumberReserved, "deleted users"},
	{`"answer":"number-invalid"`, authmethod.Failed, authmethod.CodeNumberRefused, "digits"},
	{`"answer":"policy-disabled"`, authmethod.Failed, authmethod.CodeSMSNotAllowed, "SMS policy"},
	{`"answer":"policy-not-spread"`, authmethod.Failed, authmethod.CodeMethodNotAllowed, "minutes"},
	{`"answer":"external-guest"`, authmethod.Failed, authmethod.CodeAccessRefusedGuest, "leave these guests out"},
	{`"answer":"access-denied"`, authmethod.Failed, authmethod.CodeAccessRefused, "Privileged Authentication Administrator"},
	{`"answer":"scopes-missing"`, authmethod.Failed, authmethod.CodeAccessRefusedScope, "admin consent"},
	{`"answer":"scope-not-granted"`, authmethod.Failed, authmethod.CodeAccessRefusedScope, "admin consent"},
	{`"answer":"phones-denied"`, authmethod.Failed, authmethod.CodeAccessRefusedScope, "admin consent"},
	{`"answer":"directory-read-unauthorized"`, authmethod.Failed, authmethod.CodeAccessRefused, "Privileged Authentication Administrator"},
	{`"answer":"step-up-needed"`, authmethod.Failed, authmethod.CodeAccessRefusedStepUp, "sign in again"},
	{`"answer":"licence-missing"`, authmethod.Failed, authmethod.CodeLicenceMissing, "licences of the tenant"},
	{`"answer":"throttled-permanently"`, authmethod.Failed, authmethod.CodeThrottledForGood, "stop all runs"},
	{`"answer":"tenant-not-found"`, authmethod.Failed, authmethod.CodeTenantUnknown, "--tenant-id"},
	{`"answer":"user-unknown"`, authmethod.Failed, authmethod.CodeUserUnknown, "later run"},
	{`"answer":"guest-unknown"`, authmethod.Failed, authmethod.CodeUserUnknownGuest, "object id"},
	{`"answer":"mface-404"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"method-405"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"item-405"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"body-unreadable"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"modified-412"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"token-expired"`, authmethod.Failed, authmethod.CodeTokenRefused, "credentials"},
	{`"answer":"token-empty"`, authmethod.Failed, authmethod.CodeTokenRefusedMalformed, "proxies"},
	{`"answer":"token-mangled"`, authmethod.Failed, authmethod.CodeTokenRefusedMalformed, "proxies"},
	{`"answer":"audience-wrong"`, authmethod.Failed, authmethod.CodeTokenRefusedAudience, "--cloud"},
	{`"answer":"claims-challenge"`, authmethod.Failed, authmethod.CodeTokenRefusedChallenge, "sign in again"},
	{`"answer":"location-changed"`, authmethod.Failed, authmethod.CodeTokenRefusedChallenge, "network that the tenant allows"},
	{`"answer":"app-not-found"`, authmethod.Failed, authmethod.CodeTokenRefusedAppUnknown, "consent in this tenant"},
	{`"answer":"app-disabled"`, authmethod.Failed, authmethod.CodeTokenRefusedAppDisabled, "administrator who did that"},
	{`"answer":"unauthenticated"`, authmethod.Failed, authmethod.CodeTokenRefusedKind, "--auth"},
	{`"answer":"item-404"`, authmethod.Failed, authmethod.CodeUserUnknown, "later run"},
	{`"answer":"service-504"`, authmethod.Unknown, authmethod.CodeNotSettled, "compared"},

	// What nobody has met says what is known, and whose turn it probably is.
	{`"method":"POST","path":"phoneMethods$","status":400,"code":"newCode","message":"New words."`, authmethod.Failed, authmethod.CodeRowRefused, "Graph's own words"},
	{`"method":"POST","path":"phoneMethods$","status":422,"code":"newCode","message":"New words."`, authmethod.Failed, authmethod.CodeRefusedCode, "administrator"},
	{`"method":"POST","path":"phoneMethods$","status":410,"code":"newCode","message":"New words."`, authmethod.Failed, authmethod.CodeRefusedCode, "request id"},
}

// passing are answers after which the row is sent again, and arrives.
var passing = []met{
	{`"answer":"concurrency","count":8`, authmethod.Created, "", ""},
	{`"answer":"throttled","count":8`, authmethod.Created, "", ""},
	{`"answer":"throttled-identifier","count":8`, authmethod.Created, "", ""},
	{`"answer":"throttled-unknown","count":8`, authmethod.Created, "", ""},
	{`"answer":"throttled-503","count":8`, authmethod.Created, "", ""},
	{`"answer":"item-424","count":8`, authmethod.Created, "", ""},
	{`"answer":"service-503","count":2`, authmethod.Created, "", ""},
	{`"answer":"directory-503","count":2`, authmethod.Created, "", ""},
	{`"answer":"binding-redirection","count":2`, authmethod.Created, "", ""},
	{`"answer":"replica-unavailable","count":2`, authmethod.Created, "", ""},
	{`"answer":"service-504","count":2`, authmethod.Created, "", ""},
	{`"answer":"edge-504","count":2`, authmethod.Created, "", ""},
	{`"answer":"general-500","count":2`, authmethod.Created, "", ""},
	{`"answer":"internal-500","count":2`, authmethod.Created, "", ""},
	{`"answer":"service-504","applied":true,"count":1`, authmethod.Created, authmethod.CodeAnswerLost, ""},
	{`"answer":"throttled","applied":true,"count":1`, authmethod.Created, authmethod.CodeAnswerLost, ""},
	{`"answer":"token-expired","count":1`, authmethod.Created, "", ""},
	{`"answer":"claims-challenge","count":1`, authmethod.Created, "", ""},
	{`"answer":"location-changed","count":1`, authmethod.Created, "", ""},
	{`"answer":"number-reserved","count":1`, authmethod.Created, "", ""},
	{`"answer":"number-not-unique","count":1`, authmethod.Created, authmethod.CodeSMSNotSwitchedNotUnique, "the phone itself is in place"},
}

// ofBatches are answers to the envelope of a batch, or to items that reach the
// service only by themselves.
var ofBatches = []met{
	{`"answer":"batch-payload"`, authmethod.Created, "", ""},
	{`"answer":"batch-id"`, authmethod.Created, "", ""},
	{`"answer":"batch-size"`, authmethod.Created, "", ""},
	{`"answer":"batch-content-type"`, authmethod.Created, "", ""},
	{`"answer":"batch-shape"`, authmethod.Created, "", ""},
	{`"answer":"batch-dependency"`, authmethod.Created, "", ""},
	{`"answer":"item-404","count":1`, authmethod.Created, "", ""},
	{`"answer":"token-expired","path":"batch$","count":1`, authmethod.Created, "", ""},
	{`"answer":"claims-challenge","path":"batch$","count":1`, authmethod.Created, "", ""},
	{`"answer":"throttled","path":"batch$","count":3`, authmethod.Created, "", ""},
	{`"answer":"service-503","path":"batch$","count":2`, authmethod.Created, "", ""},
	{`"answer":"service-504","path":"batch$","count":2`, authmethod.Created, "", ""},
}

// ofUpdates are answers to a change of the number.
var ofUpdates = []met{
	{`"answer":"number-not-unique","method":"PATCH","path":"phoneMethods/","count":1`, authmethod.Updated, authmethod.CodeSMSNotSwitchedNotUnique, "the phone itself is in place"},
	{`"answer":"number-reserved","method":"PATCH","path":"phoneMethods/"`, authmethod.Unknown, authmethod.CodeNumberReserved, "deleted users"},
	{`"answer":"number-invalid","method":"PATCH","path":"phoneMethods/"`, authmethod.Failed, authmethod.CodeNumberRefused, "digits"},
	{`"answer":"access-denied","method":"PATCH","path":"phoneMethods/"`, authmethod.Failed, authmethod.CodeAccessRefused, "Privileged Authentication Administrator"},
	{`"answer":"mface-404","method":"PATCH","path":"phoneMethods/"`, authmethod.Failed, authmethod.CodeProgramFault, "fault of entraphone"},
	{`"answer":"concurrency","method":"PATCH","path":"phoneMethods/","count":3`, authmethod.Updated, "", ""},
	{`"answer":"service-504","applied":true,"method":"PATCH","path":"phoneMethods/","count":1`, authmethod.Updated, authmethod.CodeAnswerLost, ""},
}

// ofSMS are answers to the switch of SMS sign-in. The phone is in place.
var ofSMS = []met{
	{`"answer":"policy-405"`, authmethod.Created, authmethod.CodeSMSNotSwitchedPolicy, "SMS policy"},
	{`"answer":"number-reserved","path":"enableSmsSignIn$"`, authmethod.Created, authmethod.CodeSMSNotSwitchedNotUnique, "the phone itself is in place"},
	{`"answer":"access-denied","path":"enableSmsSignIn$"`, authmethod.Created, authmethod.CodeSMSNotSwitched, "the phone itself is in place"},
	{`"answer":"service-504","path":"enableSmsSignIn$"`, authmethod.Created, authmethod.CodeSMSNotSwitchedUnknown, "run again"},
	{`"answer":"throttled","path":"enableSmsSignIn$","count":3`, authmethod.Created, "", ""},
}

// ofRemovals are answers to a removal.
var ofRemovals = []met{
	{`"answer":"default-method"`, authmethod.Conflict, authmethod.CodeDefaultMethod, "the last one can be removed"},
	{`"answer":"default-method-others"`, authmethod.Conflict, authmethod.CodeDefaultMethod, "the last one can be removed"},
	{`"answer":"access-denied","method":"DELETE","path":"phoneMethods/"`, authmethod.Failed, authmethod.CodeAccessRefused, "Privileged Authentication Administrator"},
	{`"answer":"concurrency","method":"DELETE","path":"phoneMethods/","count":3`, authmethod.Removed, "", ""},
}

// ending are answers of which none is Graph's, and the words that the run ends with.
var ending = map[string]string{
	"filter-403": "Web Security", "edge-403": "Access Denied", "portal-200": "guest network", "portal-302": "portal.example", "portal-511": "open a browser",
}

// Each answer that people met, alone and in a batch, ends in an outcome that is
// true, with the reason and the advice that are right for it.
func TestAnswersPeopleMet(t *testing.T) {
	for _, batchSize := range []int{1, 20} {
		for _, m := range slices.Concat(forGood, passing) {
			walk(t, m, batchSize, authmethod.Create)
		}
		for _, m := range ofUpdates {
			walk(t, m, batchSize, authmethod.Update)
		}
		for _, m := range ofSMS {
			walk(t, m, batchSize, authmethod.EnableSMS)
		}
		for _, m := range ofRemovals {
			walk(t, m, batchSize, authmethod.Delete)
		}
	}
	for _, m := range ofBatches {
		walk(t, m, 20, authmethod.Create)
	}
}

// walk plays a fault on one of three users, whose phones are created, changed or
// removed, or get SMS sign-in.

func walk(t *testing.T, m met, batchSize int, verb authmethod.Verb) {
	t.Run(fmt.Sprintf("%s of %d, %s", verb, batchSize, m.fault), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fault := "{" + m.fault + "}"
			if !strings.Contains(fault, "batch") {
				fault = `{"user":"^a",` + m.fault + "}" // of the three it is the first
			}
			first := "a@example.com"
			if strings.Contains(fault, "guest") {
				first = "a_b.example#EXT#@example.com"
			}
			var config graphsim.Config
			if err := graphsim.ReadScenario(strings.NewReader(`{"smsSignIn":"notConfigured","faults":[`+fault+`]}`), &config); err != nil {
				t.Fatal(err)
			}
			rows := new(authmethod.Rows)
			for i, user := range []string{first, "c@example.com", "d@example.com"} {
				number, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("206555010%d", i), "")
				rows.Append(authmethod.Row{Line: int32(i) + 2, User: user, PhoneType: authmethod.PhoneTypeMobile, Number: number})
			}
			sim := graphsim.New(config)
			lanes, good := plan.Build(rows, plan.Policy{}).Lanes, authmethod.Created
			if verb == authmethod.Update || verb == authmethod.Delete {
				before := new(authmethod.Rows)
				for n, row := range rows.All() {
					stands := *row
					if verb == authmethod.Update {
						stands.Number, _ = authmethod.NewPhoneNumber(1, fmt.Sprintf("206555019%d", n), "")
					}
					before.Append(stands)
				}
				if _, err := imported(t, sim, before, lanes, 20); err != nil {
					t.Fatal(err)
				}
			}
			switch verb {
			case authmethod.Update:
				lanes, good = plan.Build(rows, plan.Policy{Existing: authmethod.OverwriteExisting}).Lanes, authmethod.Updated
			case authmethod.EnableSMS:
				lanes = plan.Build(rows, plan.Policy{SMS: verb}).Lanes
			case authmethod.Delete:
				lanes, good = plan.Undo(rows, []authmethod.Task{{Row: 0, Verb: verb}, {Row: 1, Verb: verb}, {Row: 2, Verb: verb}}), authmethod.Removed
			}
			outcomes, err := imported(t, sim, rows, lanes, batchSize)
			if err != nil {
				t.Fatal(err)
			}
			for n, row := range rows.All() {
				got := outcomes[n]
				want := m
				if n > 0 {
					want = met{outcome: good}
				}
				var class authmethod.Class
				if want.reason != "" {
					class = want.reason.Entry().Class
				}
				if got.Outcome != want.outcome || n == 0 && got.Reason != want.reason || got.Class != class && n == 0 || !strings.Contains(got.Advice, want.advice) {
					t.Errorf("%s: %s, %q, class %q: %s; %s (%d %s); want %s, %q, advice with %q", row.User, got.Outcome, got.Reason, got.Class, got.Message, got.Advice, got.Status, got.Code, want.outcome, want.reason, want.advice)
				}
				number := sim.Phones(row.User)["mobile"]
				if done := got.Outcome.Success() && verb != authmethod.Delete; done && number != row.Number.Graph() || got.Outcome == authmethod.Failed && number == row.Number.Graph() && verb != authmethod.Delete || got.Outcome == authmethod.Removed && number != "" {
					t.Errorf("%s is %s, and %q stands there", row.User, got.Outcome, number)
				}
				if !got.Outcome.Success() && (got.RequestID == "" || got.Status == 0) {
					t.Errorf("%s: status %d, request id %q, want what support asks for", row.User, got.Status, got.RequestID)
				}
			}
		})
	})
}

// imported carries lanes into a simulator, and returns the error that ended the run.
func imported(t *testing.T, sim *graphsim.Simulator, rows *authmethod.Rows, lanes []authmethod.Lane, batchSize int) (decided, error) {
	t.Helper()
	outcomes := decided{}
	s := &submit.Submitter{
		Config:   submit.Config{Workers: 2, BatchSize: batchSize, MaxAttempts: 6, GiveUpAfter: 30 * time.Minute, Grace: time.Second, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: func() float64 { return 0.5 }},
		Channels: []submit.Channel{{Sender: simClient(t, sim), Pacer: pace.New(pace.Unlimited, func() float64 { return 0.5 })}}, Recorder: outcomes, Rows: rows,
	}
	err := s.Run(t.Context(), lanes)
	return outcomes, err
}

func simClient(t *testing.T, sim *graphsim.Simulator) *graph.Client {
	t.Helper()
	client, err := graph.New(graph.Config{
		Transport: sim.Transport(), Logger: zerolog.Nop(),
		Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("secret-of-the-app")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// What is not Graph's ends the run, and is quoted, so that people recognize it.
func TestAnswersOfOthers(t *testing.T) {
	for name, words := range ending {
		for _, batchSize := range []int{1, 20} {
			synctest.Test(t, func(t *testing.T) {
				var config graphsim.Config
				if err := graphsim.ReadScenario(strings.NewReader(`{"faults":[{"answer":"`+name+`","method":"POST","path":"(phoneMethods|batch)$"}]}`), &config); err != nil {
					t.Fatal(err)
				}
				rows := new(authmethod.Rows)
				for i := range 2 {
					number, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("206555010%d", i), "")
					rows.Append(authmethod.Row{User: fmt.Sprintf("u%d@example.com", i), PhoneType: authmethod.PhoneTypeMobile, Number: number})
				}
				sim := graphsim.New(config)
				outcomes, err := imported(t, sim, rows, plan.Build(rows, plan.Policy{}).Lanes, batchSize)
				var foreign *graph.NotGraphError
				if !errors.As(err, &foreign) || !strings.Contains(err.Error(), words) {
					t.Errorf("%s: the run ends with %v, want a *NotGraphError with %q", name, err, words)
				}
				for n, result := range outcomes {
					if result.Outcome.Success() || result.Outcome == authmethod.Failed {
						t.Errorf("%s: row %d is %s", name, n, result.Outcome)
					}
				}
			})
		}
	}
}

// signIns are answers of the sign-in service: the number, and words of the advice.
// Those without are about the moment, and refuse nothing.
var signIns = map[string]struct {
	number int
	advice string
}{
	"secret-wrong": {7000215, "AZURE_CLIENT_SECRET"}, "secret-expired": {7000222, "create a new one"},
	"app-unknown": {700016, "--client-id"}, "app-without-principal": {7000229, "consent in that tenant"}, "app-switched-off": {7000112, "Enterprise applications"},
	"tenant-unknown": {90002, "--tenant-id"}, "tenant-malformed": {900023, "--tenant-id"}, "tenant-missing": {50059, "--tenant-id"}, "tenant-common": {50194, "--tenant-id"},
	"resource-unknown": {500011, "--cloud"}, "other-cloud": {900382, "registered in that cloud"}, "national-cloud": {90038, "registered in that cloud"},
	"scope-malformed": {70011, "fault of entraphone"}, "request-malformed": {9002313, "fault of entraphone"},
	"public-client-off": {7000218, "Allow public client flows"}, "public-client-secret": {700025, "--auth device-code"}, "reply-address-none": {500113, "http://localhost"},
	"certificate-unknown": {700027, "upload"}, "certificate-expired": {1000502, "renew"}, "certificate-chain": {700030, "certificate that is registered"}, "clock-wrong": {700024, "clock"},
	"federation-subject": {700213, "Federated credentials"}, "federation-issuer": {700211, "Federated credentials"}, "federation-audience": {700212, "Federated credentials"},
	"federation-case": {7002138, "letter by letter"}, "federation-none": {70021, "Federated credentials"}, "federation-lifetime": {70023, "AZURE_FEDERATED_TOKEN_FILE"},
	"conditional-access": {53003, "sign-in log"}, "device-unmanaged": {530003, "managed machine"}, "token-protection": {530084, "except this app"},
	"second-factor": {50076, "second factor"}, "second-factor-none": {50079, "https://aka.ms/mfasetup"}, "external-challenge": {50158, "by browser"},
	"not-assigned": {50105, "assign the person"}, "consent-missing": {65001, "grant consent"}, "first-party-app": {65002, "app of your own"}, "consent-by-administrator": {90094, "administrator grant consent"},
	"service-not-subscribed": {650052, "remove permissions"}, "account-elsewhere": {50020, "account of the tenant"}, "account-disabled": {50057, "another account"}, "account-locked": {50053, "helpdesk"},
	"session-too-old": {70043, "nightly runs"}, "session-unused": {700082, "nightly runs"}, "device-code-expired": {70020, "new code"}, "device-code-used": {70000, "new code"},
	"tenant-restricted": {500021, "network or identity team"}, "sign-in-broken": {50000, "support"},

	"sign-in-transient": {}, "sign-in-busy": {}, "sign-in-loop": {}, "sign-in-429": {}, "sign-in-504": {},
}

func TestAnswersOfTheSignIn(t *testing.T) {
	for name, want := range signIns {
		synctest.Test(t, func(t *testing.T) {
			var config graphsim.Config
			if err := graphsim.ReadScenario(strings.NewReader(`{"faults":[{"answer":"`+name+`"}]}`), &config); err != nil {
				t.Fatal(err)
			}
			err := simClient(t, graphsim.New(config)).Authenticate(t.Context())
			var refused *graph.AuthError
			switch is := errors.As(err, &refused); {
			case err == nil, is != (want.number != 0):
				t.Errorf("%s: signing in ends with %v", name, err)
			case is && (refused.Code != want.number || !strings.Contains(refused.Advice(), want.advice) || refused.CorrelationID == ""):
				t.Errorf("%s: %v, want AADSTS%d with its correlation id and %q", name, err, want.number, want.advice)
			}
		})
	}
}

// No answer that the simulator knows is left out here, or, for calls that are no
// steps, in the test of graph's table.
func TestEveryAnswerIsWalked(t *testing.T) {
	var elsewhere = []string{"users-", "report-", "policies-", "directory-token-", "directory-unauthorized", "company-"}
	var walked strings.Builder
	for _, m := range slices.Concat(forGood, passing, ofBatches, ofUpdates, ofSMS, ofRemovals) {
		walked.WriteString(m.fault)
	}
	for _, name := range graphsim.AnswerNames() {
		_, signsIn := signIns[name]
		_, ends := ending[name]
		isElsewhere := slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if !signsIn && !ends && !isElsewhere && !strings.Contains(walked.String(), `"`+name+`"`) {
			t.Errorf("what becomes of %s is not tested", name)
		}
	}
}
