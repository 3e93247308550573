package graphsim_test

import (
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
)

const groupID = "4f0a2d6e-2f53-4c3e-9d0c-6b8a2f1f7c11"

func membersPath(group string) string {
	return "/groups/" + group + "/transitiveMembers/microsoft.graph.user"
}

// A member stands there once, whatever key names it, and nobody who is missing.
func TestMembersOfAGroup(t *testing.T) {
	s := newSim(graphsim.Config{
		Directory: staff(),
		Groups:    map[string][]string{groupID: {bareID, adaID, "ADA@example.com", "gone@example.com", "nobody@example.com"}},
	})
	for _, group := range []string{groupID, strings.ToUpper(groupID)} {
		for _, query := range []string{"", "?$top=1", "?$select=id,userPrincipalName&$top=999&$count=true"} {
			got := walk(t, s, membersPath(group)+query, "userPrincipalName", "ConsistencyLevel", "eventual")
			if want := []string{"Ada@example.com", "bare@example.com"}; !slices.Equal(got.values, want) {
				t.Errorf("members of %s%s: %q, want %q", group, query, got.values, want)
			}
		}
	}
	got := send(t, s, "GET", membersPath(noSuchID), "")
	wantJSON(t, "no such group", got.body, notThere(noSuchID))
	if got := send(t, s, "POST", membersPath(groupID), "{}"); got.status != 405 {
		t.Errorf("POST = %d %s, want 405", got.status, got.body)
	}
}

// Members are not shown to who may read users alone.
func TestMembersNeedAPermission(t *testing.T) {
	for permission, status := range map[string]int{"User.Read.All": 403, "GroupMember.Read.All": 200, "Directory.Read.All": 200} {
		s := graphsim.New(graphsim.Config{Permissions: []string{permission}, Groups: map[string][]string{groupID: {bob}}})
		if got := sendWith(t, s, "GET", membersPath(groupID), "", "Authorization", "Bearer "+appToken(t, s, "app")); got.status != status {
			t.Errorf("with %s: %d %s, want %d", permission, got.status, got.body, status)
		}
	}
}

// Who is synchronized says so, to who may see it; nobody else says anything.
func TestSynchronizedUsers(t *testing.T) {
	d := people(
		directory.User{UserPrincipalName: "cloud@example.com"},
		directory.User{UserPrincipalName: "synced@example.com", OnPremisesSyncEnabled: true},
	)
	for permission, synced := range map[string]string{"User.Read.All": "true", "User.ReadBasic.All": "null"} {
		s := graphsim.New(graphsim.Config{Directory: d, Permissions: []string{permission}})
		for user, want := range map[string]string{"cloud": "null", "synced": synced} {
			got := sendWith(t, s, "GET", "/users/"+user+"@example.com?$select=onPremisesSyncEnabled", "", "Authorization", "Bearer "+appToken(t, s, "app"))
			if !strings.Contains(got.body, `"onPremisesSyncEnabled":`+want) {
				t.Errorf("%s with %s: %s, want %s", user, permission, got.body, want)
			}
		}
	}
}
