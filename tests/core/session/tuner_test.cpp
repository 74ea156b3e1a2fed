// SPDX-License-Identifier: GPL-3.0-or-later
// The coordinator of a study with workers and devices that stand in for real ones; and what it decides by.
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/session/command_run.h"
#include "core/session/tuning.h"
#include "core/session/tuning_limits.h"
#include "core/session/tuning_slurm.h"
#include "tests/support/temp_folder.h"

#include <deque>
#include <unistd.h>

using core::base::Array;
using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::session::GpuMemory;
using core::session::StudyFolder;
using core::session::StudySubject;
using core::session::TrialJob;
using core::session::TrialWorker;
using core::session::Tuner;
namespace session = core::session;
namespace tune = core::tune;

namespace {

// What the stand-ins say, and what they were asked to do.
struct Scene {
    std::function<std::deque<Object>(const TrialJob&)> script; ///< lines of one worker; without `ended` it dies
    std::vector<TrialJob> started;
    std::size_t going = 0, most = 0;
    std::deque<Error> refusals; ///< of start(), one after the other
    std::vector<std::string> said;
};

class ScriptedWorker final : public TrialWorker {
public:
    ScriptedWorker(Scene& scene, std::deque<Object> lines) : m_scene(scene), m_lines(std::move(lines))
    {
        m_scene.most = std::max(m_scene.most, ++m_scene.going);
    }
    ~ScriptedWorker() override { --m_scene.going; }

    // A line a look, so that several are under way at once.
    std::vector<Object> told() override
    {
        if (m_asked || m_lines.empty()) {
            m_closed = true;
            return {};
        }
        Object line = m_lines.front();
        m_lines.pop_front();
        return {line};
    }
    bool closed() const override { return m_closed; }
    void askToEnd() override { m_asked = true; }
    void kill() override { m_closed = true; }
    std::string wait() override { return "was killed by signal 9"; }

private:
    Scene& m_scene;
    std::deque<Object> m_lines;
    bool m_asked = false, m_closed = false;
};

class ScriptedExecutor final : public session::Executor {
public:
    ScriptedExecutor(Scene& scene, bool here) : m_scene(scene), m_here(here) {}
    Result<std::vector<std::unique_ptr<TrialWorker>>> start(const std::vector<TrialJob>& jobs) override
    {
        if (!m_scene.refusals.empty()) {
            const Error refusal = m_scene.refusals.front();
            m_scene.refusals.pop_front();
            return refusal;
        }
        std::vector<std::unique_ptr<TrialWorker>> workers;
        for (const TrialJob& job : jobs) {
            workers.push_back(std::make_unique<ScriptedWorker>(m_scene, m_scene.script(job)));
            m_scene.started.push_back(job);
        }
        return workers;
    }
    bool here() const override { return m_here; }

private:
    Scene& m_scene;
    bool m_here;
};

StudySubject subjectOf(const Object& more, std::int64_t hidden = 8)
{
    Object tuning{{"strategy", "Random"},
                  {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                  {"max_jobs", 4},
                  {"max_parallel_jobs", 2},
                  {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.1}}}}};
    for (const auto& [key, value] : more)
        tuning.set(key, value);
    return {Object{{"name", "moons"},
                   {"data", Object{{"source", "two-moons"}, {"rows", 100}}},
                   {"model", Object{{"kind", "mlp"}, {"hidden", Array{hidden, hidden}}}},
                   {"train", Object{{"epochs", 3}, {"batch_size", 16}}},
                   {"tuning", std::move(tuning)}},
            std::filesystem::temp_directory_path()};
}

// Conducts a study with the stand-ins to its end and reads what its journal says.
tune::StudyState conducted(const tests::TempFolder& folder, const StudySubject& subject, Scene& scene,
                           const std::string& device = "cpu", session::GpuTable gpus = {}, bool here = false,
                           const std::function<bool(const tune::StudyState&)>& going = {})
{
    const auto plan = session::planStudy(subject, session::PlanDepth::Text);
    if (!plan)
        FAIL(core::base::describe(plan.error()));
    const auto made = session::createStudy(subject, plan->spec, folder.path());
    REQUIRE(made);
    Tuner::Options options{folder.path(), "none", device, {}};
    options.say = [&](const std::string& what) { scene.said.push_back(what); };
    options.gpus = std::move(gpus);
    options.executors = [&] { return std::unique_ptr<session::Executor>(new ScriptedExecutor(scene, here)); };
    {
        auto tuner = Tuner::open(*made, options);
        REQUIRE(tuner);
        const auto status = (*tuner)->run(going);
        if (!status)
            scene.said.push_back("ended: " + core::base::describe(status.error()));
    }
    const auto read = session::readStudy(*made);
    REQUIRE(read);
    CHECK(read->leftOut == 0);
    return read->state;
}

std::deque<Object> finishing(double value)
{
    return {Object{{"run", "r"}}, Object{{"step", 1}, {"value", value}},
            Object{{"ended", "completed"}, {"metrics", Object{{"validation/loss", value}}}}};
}

bool anySays(const std::vector<std::string>& said, const std::string& what)
{
    return std::ranges::any_of(said, [&](const std::string& each) { return each.find(what) != each.npos; });
}

}

TEST_CASE("a trial goes to the GPU with the most memory free, or is held back with the reason")
{
    const std::vector<GpuMemory> two{{0, 8e9, 3e9}, {1, 16e9, 6e9}};
    CHECK(session::placeOnGpu(2e9, two, {}).gpu == 1);
    // What others will take counts as taken.
    CHECK(session::placeOnGpu(2e9, two, {{1, 4.5e9}}).gpu == 0);
    const session::GpuPlace held = session::placeOnGpu(2e9, two, {{1, 4.5e9}, {0, 2e9}});
    CHECK_FALSE(held.gpu);
    CHECK_FALSE(held.never);
    CHECK(held.why == "it needs about 2.0 GB of a GPU's memory; the most that is free is 1.5 GB of cuda:1");
    const session::GpuPlace never = session::placeOnGpu(17e9, two, {});
    CHECK(never.never);
    CHECK(never.why == "it needs about 17.0 GB of a GPU's memory; the largest, cuda:1, has 16.0 GB");
    CHECK(session::placeOnGpu(1e9, {}, {}).never);

    CHECK((session::gpusOf("auto", two) == two));
    CHECK((session::gpusOf("cuda:1", two) == std::vector<GpuMemory>{two[1]}));
    CHECK((session::gpusOf("cuda:1,0", two) == std::vector<GpuMemory>{two[1], two[0]}));
    CHECK(session::gpusOf("cpu", two).empty());
    CHECK(session::gpusOf("cuda:7", two).empty());
    CHECK((session::visibleGpus(two, nullptr) == two));
    CHECK((session::visibleGpus(two, "1,0") == std::vector<GpuMemory>{{0, 16e9, 6e9}, {1, 8e9, 3e9}}));
    CHECK(session::visibleGpus(two, "").empty());
    CHECK(session::visibleGpus(two, "GPU-8932f937").empty());
}

TEST_CASE("a study holds trials back while a GPU's memory does not suffice, and shows why")
{
    const tests::TempFolder folder;
    Scene scene;
    scene.script = [](const TrialJob& job) { return finishing(0.1 * double(job.trial)); };
    // One trial of this network takes a little more than CUDA's own 0.6 GB: two do not fit until there is room.
    double free = 1e9;
    bool noted = false;
    const auto watch = [&](const tune::StudyState& state) {
        for (const tune::Trial& trial : state.trials)
            if (const Value* held = trial.notes.find("held");
                held && held->text().find("of cuda:0") != std::string::npos)
                noted = true;
        if (noted)
            free = 4e9;
        return true;
    };
    const tune::StudyState state = conducted(
        folder, subjectOf({}), scene, "auto",
        [&] {
            return std::vector<GpuMemory>{{0, 4e9, free}};
        },
        true, watch);
    CHECK(noted);
    CHECK(anySays(scene.said, "is held back: it needs about 0.6 GB of a GPU's memory"));
    REQUIRE(state.trials.size() == 4);
    for (const tune::Trial& trial : state.trials) {
        CHECK(trial.state == tune::TrialState::Completed);
        CHECK_FALSE(trial.notes.find("held"));
    }
    for (const TrialJob& job : scene.started)
        CHECK(job.device == "cuda:0");
    REQUIRE(state.share);
    CHECK(state.share->why == "trials run on GPUs");
}

TEST_CASE("a trial that no GPU can ever train fails with the figures, and the study goes on")
{
    const tests::TempFolder folder;
    Scene scene;
    scene.script = [](const TrialJob&) { return finishing(0.5); };
    const tune::StudyState state = conducted(
        folder,
        subjectOf({{"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.1}},
                                        Object{{"path", "train.batch_size"}, {"values", Array{16, 64}}}}}},
                  20),
        scene, "auto",
        [] {
            return std::vector<GpuMemory>{{0, 0.5e9, 0.5e9}};
        },
        true);
    CHECK(scene.started.empty());
    CHECK(state.trials.size() == 4);
    for (const tune::Trial& trial : state.trials) {
        CHECK(trial.state == tune::TrialState::Failed);
        CHECK(trial.error.find("the largest, cuda:0, has 0.5 GB") != std::string::npos);
    }
    CHECK_FALSE(state.ended.empty());
}

TEST_CASE("no more trials train at once than the cores carry, whatever is asked for")
{
    const tests::TempFolder folder;
    Scene scene;
    scene.script = [](const TrialJob&) { return finishing(0.5); };
    Value cramped = subjectOf({{"max_jobs", 6}, {"max_parallel_jobs", 1000}}).given;
    const tune::StudyState state = conducted(folder, {cramped, folder.path()}, scene, "cpu", {}, true);
    REQUIRE(state.share);
    CHECK(state.share->parallel == 1000);
    CHECK(state.share->atOnce * state.share->threads <= session::coresHere());
    CHECK(std::int64_t(scene.most) <= state.share->atOnce);
    for (const TrialJob& job : scene.started)
        CHECK(job.threads == state.share->threads);
    // A number of threads that a person names stands.
    REQUIRE(cramped.setAt("train.threads", 1));
    const tests::TempFolder other;
    const tune::StudyState named = conducted(other, {cramped, other.path()}, scene, "cpu", {}, true);
    REQUIRE(named.share);
    CHECK(named.share->threads == 1);
    CHECK(named.share->why == "train.threads");
}

TEST_CASE("the split of the cores with the most steps a second is taken, with the fewest threads of equals")
{
    using Tried = tune::MachineShare::Tried;
    CHECK(session::bestSplit({{1, 8, 100}, {2, 4, 150}, {4, 2, 120}}) == Tried{2, 4, 150});
    CHECK(session::bestSplit({{1, 8, 98}, {2, 4, 100}}) == Tried{1, 8, 98});
    CHECK(session::bestSplit({{8, 1, 0}}) == Tried{8, 1, 0});
}

TEST_CASE("a metric that never comes, and a study that is all NaN, fail trial by trial; the study ends and says so")
{
    for (const bool missing : {true, false}) {
        const tests::TempFolder folder;
        Scene scene;
        scene.script = [&](const TrialJob&) -> std::deque<Object> {
            return {Object{{"run", "r"}}, Object{{"step", 1}, {"value", "nan"}},
                    Object{{"ended", "completed"},
                           {"metrics", missing ? Object{{"train/loss", 0.5}} : Object{{"validation/loss", "nan"}}}}};
        };
        for (const char* strategy : {"Random", "Bayesian", "TPE", "CmaEs"}) {
            INFO(strategy);
            const tests::TempFolder own;
            const tune::StudyState state = conducted(own, subjectOf({{"strategy", strategy}, {"max_jobs", 6}}), scene);
            CHECK(state.trials.size() == 6);
            for (const tune::Trial& trial : state.trials) {
                CHECK(trial.state == tune::TrialState::Failed);
                CHECK(trial.error ==
                      (missing ? "\"validation/loss\" was not recorded" : "the value of the objective is no number"));
            }
            CHECK_FALSE(state.ended.empty());
            CHECK_FALSE(state.history().best());
        }
    }
}

TEST_CASE(
    "an attempt that is cut off goes on without counting as a death while it gets further; one that does not, dies")
{
    const tests::TempFolder folder;
    Scene scene;
    int attempts = 0;
    scene.script = [&](const TrialJob&) -> std::deque<Object> {
        ++attempts;
        if (attempts <= 3)
            return {Object{{"run", "r"}}, Object{{"step", attempts}, {"value", 0.5}},
                    Object{{"ended", "interrupted"}, {"steps", 10 * attempts}, {"metrics", Object{}}}};
        return finishing(0.25);
    };
    const Object one{{"max_jobs", 1}, {"max_parallel_jobs", 1}, {"retries", 0}};
    const tune::StudyState state = conducted(folder, subjectOf(one), scene);
    CHECK(attempts == 4);
    REQUIRE(state.trials.size() == 1);
    CHECK(state.trials[0].state == tune::TrialState::Completed);
    CHECK(state.trials[0].reports.size() == 3);

    const tests::TempFolder other;
    scene.script = [](const TrialJob&) -> std::deque<Object> {
        return {Object{{"run", "r"}}, Object{{"ended", "interrupted"}, {"steps", 10}, {"metrics", Object{}}}};
    };
    const tune::StudyState stuck = conducted(other, subjectOf(one), scene);
    CHECK(stuck.trials[0].state == tune::TrialState::Failed);
}

TEST_CASE("a place that has no room is waited for; one that refuses ends the study's turn with the reason")
{
    const tests::TempFolder folder;
    Scene scene;
    scene.script = [](const TrialJob&) { return finishing(0.5); };
    scene.refusals = {{ErrorKind::Resource, "cannot write: No space left on device", "there", "Free some space"}};
    const tune::StudyState state = conducted(folder, subjectOf({}), scene);
    CHECK(state.count(tune::TrialState::Completed) == 4);
    CHECK(anySays(scene.said, "the study is paused: there: cannot write: No space left on device"));
    CHECK(anySays(scene.said, "the study goes on"));

    const tests::TempFolder other;
    scene.said.clear();
    scene.refusals = {{ErrorKind::Run, "sbatch failed: invalid partition", "there", ""}};
    const tune::StudyState refused = conducted(other, subjectOf({}), scene);
    CHECK(anySays(scene.said, "ended: there: sbatch failed: invalid partition"));
    CHECK(refused.count(tune::TrialState::Running) == 2);
    CHECK(refused.ended.empty());
}

TEST_CASE("a plan tells how many trials, how long and at what cost")
{
    const auto plan = session::planStudy(subjectOf({{"max_jobs", 20}, {"price_per_hour", 3.6}}));
    if (!plan)
        FAIL(core::base::describe(plan.error()));
    REQUIRE(plan->trial);
    CHECK(plan->trial->steps == 15); // 70 rows of 100 in batches of 16, three times
    CHECK(plan->trial->judgements == 3);
    CHECK(plan->trial->seconds > plan->trial->prepareSeconds);
    REQUIRE(plan->estimate.seconds);
    CHECK(plan->estimate.jobs == 20);
    const double rounds = std::ceil(20.0 / double(plan->trial->share.atOnce));
    CHECK(*plan->estimate.seconds == Approx(rounds * plan->trial->seconds));
    CHECK(*plan->estimate.cost == Approx(0.001 * *plan->estimate.trialSeconds));
    const auto free = session::planStudy(subjectOf({}), session::PlanDepth::Data);
    REQUIRE(free);
    CHECK_FALSE(free->trial);
    CHECK_FALSE(free->estimate.seconds);
    CHECK_FALSE(free->estimate.cost);
    CHECK(std::ranges::count(free->metrics, "validation/accuracy") == 1);
}

TEST_CASE("what is left of a study whose making was broken off is no study, and goes when the next one is made")
{
    const tests::TempFolder folder;
    const StudySubject subject = subjectOf({});
    const auto plan = session::planStudy(subject, session::PlanDepth::Text);
    REQUIRE(plan);
    const auto made = session::createStudy(subject, plan->spec, folder.path());
    REQUIRE(made);
    // Its maker was killed when all of it was there but its name; another's maker still goes.
    const auto gone = folder.path() / ".moons-study.999999999",
               going = folder.path() / (".moons-study." + std::to_string(::getppid()));
    for (const auto& half : {gone, going})
        std::filesystem::copy(made->path, half, std::filesystem::copy_options::recursive);
    const auto studies = session::listStudies(folder.path());
    REQUIRE(studies.size() == 1);
    CHECK(studies.front().id() == "moons-study-0001");
    REQUIRE(session::createStudy(subject, plan->spec, folder.path()));
    CHECK_FALSE(std::filesystem::exists(gone));
    CHECK(std::filesystem::exists(going));
    CHECK(session::listStudies(folder.path()).size() == 2);
}

TEST_CASE("ranges come from a file of limits, and none goes beyond it")
{
    const tests::TempFolder folder;
    folder.file("limits.csv", "path,min,max,scale,values\n"
                              "train.optimizer.lr,1e-4,0.1,log,\n"
                              "train.batch_size,8,64,,\n"
                              "model.activation,,,,relu|tanh\n");
    const auto planned = [&](const Object& more) {
        return session::planStudy({subjectOf(more).given, folder.path()}, session::PlanDepth::Text);
    };
    // Without parameters of its own all of the file are tuned.
    const auto all = planned({{"limits", "limits.csv"}, {"parameters", nullptr}});
    if (!all)
        FAIL(core::base::describe(all.error()));
    REQUIRE(all->spec.parameters.size() == 3);
    CHECK(all->spec.parameters[0].scale == "log");
    CHECK(*all->spec.parameters[1].max == 64);
    CHECK(all->spec.parameters[1].type == "integer");
    CHECK(all->spec.parameters[2].values == Value(Array{"relu", "tanh"}));
    // What a parameter leaves out is filled; the rest of the file is none of it.
    const auto one = planned(
        {{"limits", "limits.csv"}, {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"max", 0.01}}}}});
    if (!one)
        FAIL(core::base::describe(one.error()));
    REQUIRE(one->spec.parameters.size() == 1);
    CHECK(*one->spec.parameters[0].min == 1e-4);
    CHECK(*one->spec.parameters[0].max == 0.01);

    const auto problem = [&](const Object& more) {
        const auto plan = planned(more);
        return plan ? std::string() : core::base::describe(plan.error());
    };
    const std::string beyond =
        problem({{"limits", "limits.csv"},
                 {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 0.001}, {"max", 1}}}}});
    CHECK(beyond.find("/tuning/parameters/0/max") != std::string::npos);
    CHECK(beyond.find("1 is above 0.1, which") != std::string::npos);
    CHECK(beyond.find("line 2") != std::string::npos);
    CHECK(problem({{"limits", "limits.csv"},
                   {"parameters", Array{Object{{"path", "model.activation"}, {"values", Array{"gelu"}}}}}})
              .find("\"gelu\" is not among the values") != std::string::npos);
    CHECK(problem({{"limits", "none.csv"}}).find("none.csv") != std::string::npos);
    folder.file("wrong.csv", "path,min,mux\ntrain.optimizer.lr,1,2\n");
    CHECK(problem({{"limits", "wrong.csv"}}).find("Did you mean \"max\"") != std::string::npos);
    folder.file("word.csv", "path,min,max\ntrain.optimizer.lr,small,2\n");
    CHECK(problem({{"limits", "word.csv"}}).find("line 2: min is \"small\", not a number") != std::string::npos);
    folder.file("twice.json", R"([{"path": "a", "min": 1}, {"path": "a", "max": 1}])");
    CHECK(problem({{"limits", "twice.json"}}).find("\"a\" is there twice") != std::string::npos);
    folder.file("limits.json", R"([{"path": "train.optimizer.lr", "min": 0.001, "max": 0.01}])");
    CHECK(problem({{"limits", "limits.json"}}).find("is below 0.001") != std::string::npos);
    CHECK(session::shippedLimits());
}

TEST_CASE("what Slurm's commands print is read, and words for its shell are quoted")
{
    const auto jobs = session::parseQueue("12|0|RUNNING|descent-a|None\n12|1|PENDING|descent-a|Resources\nnonsense\n");
    REQUIRE(jobs.size() == 2);
    CHECK(jobs[1] == session::SlurmJob{"12_1", "descent-a", "PENDING", "Resources"});
    CHECK(jobs[1].isPending());
    CHECK(session::parseJobEnd("JobId=3 JobState=TIMEOUT Reason=TimeLimit ExitCode=0:15 RunTime=1") ==
          "TIMEOUT, TimeLimit, exit code 0:15");
    CHECK(session::parseJobEnd("NODE_FAIL|0:0\n") == "NODE_FAIL, exit code 0:0");
    CHECK(session::parseJobEnd("slurm_load_jobs error: Invalid job id specified").empty());
    CHECK(session::shellWord("it's a $word") == "'it'\\''s a $word'");

    const auto said = session::runCommand({"sh", "-c", "echo out; echo err >&2"}, 30);
    REQUIRE(said);
    CHECK(*said == "out\n");
    const auto failed = session::runCommand({"sh", "-c", "echo out; echo why >&2; exit 3"}, 30);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message == "sh failed: why");
    CHECK_FALSE(session::runCommand({"there-is-no-such-program"}, 30));
    const auto slow = session::runCommand({"sleep", "100"}, 0.05);
    REQUIRE_FALSE(slow);
    CHECK(slow.error().message == "sleep timed out");
    CHECK(session::hasCommand("sh"));
    CHECK_FALSE(session::hasCommand("there-is-no-such-program"));
}
