package samples_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// shards is how many pods the Indexed Job has, each with an app of its own.
const shards = 4

func shardApp(index int) string { return fmt.Sprintf("00000000-0000-0000-0000-00000000000%d", index+1) }

// manifest is what a sample for Kubernetes declares.
type manifest struct {
	schedule *batch.CronJobSpec // nil for a job that runs once
	job      batch.JobSpec
	claims   []core.PersistentVolumeClaim
}

func (m *manifest) pod() core.PodSpec { return m.job.Template.Spec }

func (m *manifest) container() core.Container { return m.pod().Containers[0] }

// readManifest decodes strictly: a field that Kubernetes does not have, or has
// elsewhere, is an error.
func readManifest(t *testing.T, name string) *manifest {
	t.Helper()
	m := &manifest{}
	decode := func(text string, into any) {
		t.Helper()
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for document := range strings.SplitSeq(readSample(t, "kubernetes/"+name), "\n---\n") {
		var kind struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
			t.Fatal(err)
		}
		switch kind.APIVersion + " " + kind.Kind {
		case "v1 PersistentVolumeClaim":
			var claim core.PersistentVolumeClaim
			decode(document, &claim)
			m.claims = append(m.claims, claim)
		case "batch/v1 CronJob":
			var cron batch.CronJob
			decode(document, &cron)
			m.schedule, m.job = &cron.Spec, cron.Spec.JobTemplate.Spec
		case "batch/v1 Job":
			var job batch.Job
			decode(document, &job)
			m.job = job.Spec
		default:
			t.Fatalf("%s declares a %s %s", name, kind.APIVersion, kind.Kind)
		}
	}
	if len(m.pod().Containers) != 1 || len(m.pod().InitContainers) != 0 {
		t.Fatalf("%s has other containers than one", name)
	}
	return m
}

func manifests(t *testing.T) map[string]*manifest {
	t.Helper()
	return map[string]*manifest{"cronjob.yaml": readManifest(t, "cronjob.yaml"), "indexedjob.yaml": readManifest(t, "indexedjob.yaml")}
}

// command is that of the pod with this index. The image has the program as its entry
// point, and Kubernetes puts in what it knows of $(NAME) in args.
func (m *manifest) command(index int) job {
	j := job{args: []string{places[0]}}
	for _, arg := range m.container().Args {
		j.args = append(j.args, strings.ReplaceAll(arg, "$(JOB_COMPLETION_INDEX)", strconv.Itoa(index)))
	}
	for _, variable := range m.container().Env {
		j.env = append(j.env, variable.Name+"="+variable.Value)
	}
	return j
}

func cronJobJob(t *testing.T, _ machine) job { return readManifest(t, "cronjob.yaml").command(0) }

// after is what the job does when its container has ended with an exit code: the action
// of the first rule that it meets, and Count where it meets none. See
// https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy.
func (m *manifest) after(code int32) batch.PodFailurePolicyAction {
	for _, rule := range m.job.PodFailurePolicy.Rules {
		if on := rule.OnExitCodes; on != nil && (on.Operator == batch.PodFailurePolicyOnExitCodesOpIn) == slices.Contains(on.Values, code) {
			return rule.Action
		}
	}
	return batch.PodFailurePolicyActionCount
}

func TestPodsAreTriedAgain(t *testing.T) {
	for name, m := range manifests(t) {
		for code, retried := range again {
			want := []batch.PodFailurePolicyAction{batch.PodFailurePolicyActionCount}
			switch {
			case !retried && m.job.BackoffLimitPerIndex != nil && (code == 3 || code == 5):
				want = []batch.PodFailurePolicyAction{batch.PodFailurePolicyActionFailIndex} // the other shards go on
			case !retried:
				want = []batch.PodFailurePolicyAction{batch.PodFailurePolicyActionFailJob}
			}
			if got := m.after(int32(code)); !slices.Contains(want, got) {
				t.Errorf("%s: after exit code %d the job does %s, want %s", name, code, got, want)
			}
		}
		for _, killed := range []int32{137, 143, 255} {
			if got := m.after(killed); got != batch.PodFailurePolicyActionCount {
				t.Errorf("%s: after exit code %d the job does %s", name, killed, got)
			}
		}
		if !slices.ContainsFunc(m.job.PodFailurePolicy.Rules, func(r batch.PodFailurePolicyRule) bool {
			return r.Action == batch.PodFailurePolicyActionIgnore && len(r.OnPodConditions) == 1 && r.OnPodConditions[0].Type == core.DisruptionTarget
		}) {
			t.Errorf("%s: a drained node counts as an attempt", name)
		}
	}
}

// What the server refuses of a policy that decodes, see the comments of
// https://pkg.go.dev/k8s.io/api/batch/v1#PodFailurePolicyRule.
func TestPoliciesAreValid(t *testing.T) {
	for name, m := range manifests(t) {
		if m.pod().RestartPolicy != core.RestartPolicyNever {
			t.Errorf("%s: a podFailurePolicy needs restartPolicy Never", name)
		}
		for _, rule := range m.job.PodFailurePolicy.Rules {
			if (rule.OnExitCodes == nil) == (len(rule.OnPodConditions) == 0) {
				t.Errorf("%s: the rule %s has not one condition", name, rule.Action)
			}
			if rule.Action == batch.PodFailurePolicyActionFailIndex && m.job.BackoffLimitPerIndex == nil {
				t.Errorf("%s: FailIndex needs backoffLimitPerIndex", name)
			}
			if on := rule.OnExitCodes; on != nil {
				values := slices.Compact(slices.Sorted(slices.Values(on.Values)))
				if !slices.Equal(values, on.Values) || slices.Contains(values, 0) || *on.ContainerName != m.container().Name {
					t.Errorf("%s: the exit codes %v of %s", name, on.Values, *on.ContainerName)
				}
			}
		}
	}
}

func TestPodsLetRequestsEnd(t *testing.T) {
	drain, err := time.ParseDuration(setting(t, "drain"))
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range manifests(t) {
		if grace := m.pod().TerminationGracePeriodSeconds; grace == nil || time.Duration(*grace)*time.Second < 2*drain {
			t.Errorf("%s: the pod is killed after %v seconds, and --drain is %s", name, grace, drain)
		}
	}
}

// A pod has no privilege, and nothing to write to but the state. Its user is that of
// the image.
func TestPodsCanDoLittle(t *testing.T) {
	for name, m := range manifests(t) {
		pod, container, limits := m.pod().SecurityContext, m.container().SecurityContext, m.container().Resources.Limits
		for what, holds := range map[string]bool{
			"runs as the user of the image": *pod.RunAsNonRoot && *pod.RunAsUser == user && *pod.RunAsGroup == user,
			"owns its volumes, once":        *pod.FSGroup == user && *pod.FSGroupChangePolicy == core.FSGroupChangeOnRootMismatch,
			"has a seccomp profile":         pod.SeccompProfile.Type == core.SeccompProfileTypeRuntimeDefault,
			"gets no privilege":             !*container.AllowPrivilegeEscalation && container.Privileged == nil,
			"has a read-only root":          *container.ReadOnlyRootFilesystem,
			"has no capability":             slices.Equal(container.Capabilities.Drop, []core.Capability{"ALL"}) && container.Capabilities.Add == nil,
			"has no token of the cluster":   !*m.pod().AutomountServiceAccountToken,
			"has a limit of memory":         !limits.Memory().IsZero(),
			"runs the image's entry point":  m.container().Command == nil,
		} {
			if !holds {
				t.Errorf("%s: it is not so that the pod %s", name, what)
			}
		}
	}
}

// The runs stay on a volume that outlives the pod, in a folder below its root, and every
// other volume is only read.
func TestStateOutlivesPods(t *testing.T) {
	for name, m := range manifests(t) {
		claimed := map[string]string{}
		for _, volume := range m.pod().Volumes {
			claimed[volume.Name] = ""
			if volume.PersistentVolumeClaim != nil {
				claimed[volume.Name] = volume.PersistentVolumeClaim.ClaimName
			}
		}
		var folder string
		for _, arg := range m.container().Args {
			if value, is := strings.CutPrefix(arg, "--state="); is {
				folder = value
			}
		}
		for _, mount := range m.container().VolumeMounts {
			claim, is := claimed[mount.Name]
			if !is || !slices.Contains(places, mount.MountPath) {
				t.Errorf("%s: %s is mounted to %s", name, mount.Name, mount.MountPath)
			}
			if written := mount.MountPath == path.Dir(folder); written == mount.ReadOnly {
				t.Errorf("%s: %s is mounted read-only: %v", name, mount.MountPath, mount.ReadOnly)
			} else if written && claim != m.claims[0].Name {
				t.Errorf("%s: the state is in the volume %q, which is not claimed", name, claim)
			}
			delete(claimed, mount.Name)
		}
		if len(claimed) > 0 {
			t.Errorf("%s: the volumes %v are not mounted", name, claimed)
		}
	}
}

func TestOneNightAtATime(t *testing.T) {
	m := readManifest(t, "cronjob.yaml")
	if m.schedule.ConcurrencyPolicy != batch.ForbidConcurrent || len(strings.Fields(m.schedule.Schedule)) != 5 {
		t.Errorf("the policy is %s, the schedule %q", m.schedule.ConcurrencyPolicy, m.schedule.Schedule)
	}
	if _, err := time.LoadLocation(*m.schedule.TimeZone); err != nil {
		t.Error(err)
	}
	if *m.job.BackoffLimit < 1 {
		t.Error("nothing is tried again")
	}
}

// Every shard is a pod, with settings, a secret and a folder of its own.
func TestShardsAreThemselves(t *testing.T) {
	m := readManifest(t, "indexedjob.yaml")
	if *m.job.CompletionMode != batch.IndexedCompletion || *m.job.Completions != shards || *m.job.Parallelism != shards {
		t.Fatalf("the job is %s, with %d pods of which %d run at once", *m.job.CompletionMode, *m.job.Completions, *m.job.Parallelism)
	}
	own := map[string]bool{}
	for index := range shards {
		j := m.command(index)
		if want := fmt.Sprintf("--shard=%d/%d", index, shards); !slices.Contains(j.args, want) {
			t.Errorf("the pod %d has not %s, but %v", index, want, j.args)
		}
		for _, arg := range j.args {
			if flag, _, _ := strings.Cut(arg, "="); slices.Contains([]string{"--config", "--client-secret-file", "--state"}, flag) {
				own[arg] = true
			}
		}
	}
	if len(own) != 3*shards {
		t.Errorf("the pods share some of settings, secrets and folders: %v", slices.Sorted(maps.Keys(own)))
	}
}

// The pods of the shards run, each as its own app.
func TestShardsRun(t *testing.T) {
	m := readManifest(t, "indexedjob.yaml")
	var apps []string
	for index := range shards {
		apps = append(apps, shardApp(index))
	}
	tenant := newTenant(t, people, apps...)
	house := newMachine(t, people)
	for index := range shards {
		t.Run(strconv.Itoa(index), func(t *testing.T) {
			j := m.command(index)
			if code, stdout, stderr := house.run(j, tenant...); code != 0 || stdout != "" || stderr != "" {
				t.Errorf("exit code %d, printed %q, %s", code, stdout, stderr)
			}
		})
	}
}
