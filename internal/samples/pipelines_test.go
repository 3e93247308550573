package samples_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// step is one of GitHub's that runs a script, or one of Azure's.
type step struct {
	Name   string            `json:"name"`
	Shell  string            `json:"shell"`
	Run    string            `json:"run"`
	Env    map[string]string `json:"env"`
	Task   string            `json:"task"`
	Inputs struct {
		ScriptType     string `json:"scriptType"`
		ScriptLocation string `json:"scriptLocation"`
		InlineScript   string `json:"inlineScript"`
		AddSpn         bool   `json:"addSpnToEnvironment"`
	} `json:"inputs"`
}

// job is the step as its agent runs it: by bash, which GitHub lets end at the first
// failure.
func (s step) job() job {
	j := job{args: []string{"bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", s.Run}}
	if s.Task != "" {
		j.args = []string{"bash", "-c", s.Inputs.InlineScript}
	}
	for name, value := range s.Env {
		j.env = append(j.env, name+"="+value)
	}
	return j
}

// pipelines are the steps of the samples that run something.
func pipelines(t *testing.T) map[string][]step {
	t.Helper()
	var github struct {
		Concurrency struct {
			CancelInProgress *bool `json:"cancel-in-progress"`
		} `json:"concurrency"`
		Permissions map[string]string
		Jobs        map[string]struct{ Steps []step }
	}
	if err := yaml.Unmarshal([]byte(readSample(t, "pipelines/github-actions.yaml")), &github); err != nil {
		t.Fatal(err)
	}
	if cancels := github.Concurrency.CancelInProgress; cancels == nil || *cancels || github.Permissions["id-token"] != "write" {
		t.Error("the workflow may cancel a run, or may not ask for its token")
	}
	var azure struct {
		Jobs []struct{ Steps []step }
	}
	if err := yaml.Unmarshal([]byte(readSample(t, "pipelines/azure-pipelines.yaml")), &azure); err != nil {
		t.Fatal(err)
	}
	steps := map[string][]step{"github": github.Jobs["import"].Steps}
	for _, s := range azure.Jobs[0].Steps {
		if s.Task == "AzureCLI@2" && s.Inputs.AddSpn && s.Inputs.ScriptType == "bash" && s.Inputs.ScriptLocation == "inlineScript" {
			steps["azure"] = append(steps["azure"], s)
		}
	}
	return steps
}

// agent is what the pipelines find on the machine: folders for what is temporary, and
// where their token comes from.
func (m machine) agent() (env []string) {
	m.t.Helper()
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer of-the-job" || r.URL.Query().Get("audience") != "api://AzureADTokenExchange" || r.URL.Query().Get("api-version") != "2.0" {
			http.Error(w, "not for you", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"count":1,"value":"the-token"}`)
	}))
	m.t.Cleanup(issuer.Close)
	m.folder("/tmp")
	return []string{
		"RUNNER_TEMP=" + m.path("/tmp"), "AGENT_TEMPDIRECTORY=" + m.path("/tmp"), "idToken=the-token",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-the-job", "ACTIONS_ID_TOKEN_REQUEST_URL=" + issuer.URL + "/token?api-version=2.0",
	}
}

// The scripts run as they stand there, but that nothing is sent: the simulator does not
// know the token of a pipeline.
func TestPipelinesRun(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("THE PIPELINES WERE NOT RUN: there is no %s", tool)
		}
	}
	for name, steps := range pipelines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, people)
			env := append(m.agent(), "ENTRAPHONE_DRY_RUN=true")
			for _, s := range steps {
				if code, stdout, stderr := m.run(s.job(), env...); code != 0 || stdout != "" {
					t.Errorf("%s: exit code %d, printed %q, %s", s.Name, code, stdout, stderr)
				}
			}
			path := m.path("/tmp/entraphone-token")
			token, err := os.ReadFile(path)
			if err != nil || strings.TrimSpace(string(token)) != "the-token" {
				t.Errorf("the token is %q (%v)", token, err)
			}
			if info, err := os.Stat(path); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("the token has mode %v", info.Mode())
			}
			m.phones(append(phones(people, 0), "u0000@example.com,letters")...)
			last := steps[len(steps)-1]
			if code, stdout, stderr := m.run(last.job(), env...); code != 0 || !strings.Contains(stdout, "rejected") || !strings.Contains(stdout, "warning") {
				t.Errorf("with a row that needs somebody: exit code %d, printed %q, %s", code, stdout, stderr)
			}
		})
	}
}

// A pipeline warns of 3 and fails with every other code, which its agent shows. The
// token of a pipeline is not renewed, so that a run has to end before it does.
func TestPipelinesTellExitCodes(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("THE PIPELINES WERE NOT RUN: there is no bash")
	}
	for name, steps := range pipelines(t) {
		last := steps[len(steps)-1]
		for code := range again {
			m := newMachine(t, 1)
			m.write("/bin/entraphone", fmt.Sprintf("#!/bin/sh\nexit %d\n", code))
			if err := os.Chmod(m.path("/bin/entraphone"), 0o700); err != nil {
				t.Fatal(err)
			}
			j := last.job()
			j.env = append(j.env, "PATH="+m.path("/bin")+":"+os.Getenv("PATH"))
			want := code
			if code == 3 {
				want = 0
			}
			if got, stdout, _ := m.run(j, m.agent()...); got != want || strings.Contains(stdout, "warning") != (code == 3) {
				t.Errorf("%s: after exit code %d the step ends with %d and prints %q, want %d", name, code, got, stdout, want)
			}
		}
		if !slices.Contains(last.job().env, "ENTRAPHONE_MAX_DURATION=50m") {
			t.Errorf("%s: the run may outlive its token", name)
		}
	}
}
