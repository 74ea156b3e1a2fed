// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_slurm.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/command_run.h"
#include "core/session/tuning_worker.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Value;

namespace {

namespace fs = std::filesystem;

constexpr double commandSeconds = 60;
constexpr int signalSeconds = 60; ///< before the time limit, for the checkpoint

std::vector<std::string> fieldsOf(const std::string& line, char separator, std::size_t most)
{
    std::vector<std::string> fields;
    std::size_t begin = 0;
    while (fields.size() + 1 < most) {
        const std::size_t end = line.find(separator, begin);
        if (end == line.npos)
            break;
        fields.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    fields.push_back(line.substr(begin));
    return fields;
}

std::vector<std::string> linesOf(const std::string& text)
{
    std::vector<std::string> lines = fieldsOf(text, '\n', text.size() + 1);
    std::erase(lines, "");
    return lines;
}

// Two studies of one name in two folders are told apart on the cluster.
std::string hashOf(const std::string& text)
{
    std::uint64_t hash = 14695981039346656037ull; // FNV-1a
    for (const char each : text)
        hash = (hash ^ std::uint8_t(each)) * 1099511628211ull;
    char digits[20];
    std::snprintf(digits, sizeof digits, "%08x", unsigned(hash ^ (hash >> 32)));
    return digits;
}

// What the cluster says of this person's jobs, asked now and then.
class SlurmQueue {
public:
    explicit SlurmQueue(double pollSeconds) : m_pollSeconds(pollSeconds) {}

    void look()
    {
        if (base::steadySeconds() - m_looked < m_pollSeconds)
            return;
        auto told = runCommand({"squeue", "--noheader", "--array", "--me", "--format=%F|%K|%T|%j|%r"}, commandSeconds);
        m_looked = base::steadySeconds();
        m_trouble = told ? std::string() : base::describe(told.error());
        if (!told)
            return;
        ++m_looks;
        m_jobs.clear();
        for (SlurmJob& job : parseQueue(*told))
            m_jobs.insert_or_assign(job.id, std::move(job));
    }
    const SlurmJob* find(const std::string& id) const
    {
        const auto found = m_jobs.find(id);
        return found == m_jobs.end() ? nullptr : &found->second;
    }
    /// Of a name of jobs, the number before the place in the array; empty if none is there.
    std::string arrayOf(const std::string& name) const
    {
        for (const auto& [id, job] : m_jobs)
            if (job.name == name)
                return id.substr(0, id.find('_'));
        return {};
    }
    std::int64_t looks() const { return m_looks; } ///< that were answered
    const std::string& trouble() const { return m_trouble; }

private:
    double m_pollSeconds, m_looked = -1e9;
    std::int64_t m_looks = 0;
    std::map<std::string, SlurmJob> m_jobs;
    std::string m_trouble;
};

// A file beside the lines: whoever finds it is not to train any more.
fs::path voidOf(const fs::path& lines)
{
    return lines.string() + ".void";
}

class SlurmWorker final : public TrialWorker {
public:
    SlurmWorker(std::string id, fs::path lines, std::shared_ptr<SlurmQueue> queue)
        : m_id(std::move(id)),
          m_lines(std::move(lines)),
          m_queue(std::move(queue)),
          m_since(m_queue->looks())
    {
    }

    std::vector<Object> told() override
    {
        m_queue->look();
        // Before reading: what it wrote until it was gone is read then.
        const bool gone = isGone();
        read();
        std::vector<Object> lines = takeLines(m_text);
        for (const Object& line : lines)
            if (const Value* how = line.find("ended"))
                m_end = how->text();
        m_closed = !m_end.empty() || gone;
        return lines;
    }
    bool closed() const override { return m_closed; }
    void askToEnd() override
    {
        // One that waits has nothing to keep; of one that runs the script itself has become the worker.
        (void)runCommand({"scancel", "--state=PENDING", m_id}, commandSeconds);
        (void)runCommand({"scancel", "--batch", "--signal=TERM", m_id}, commandSeconds);
    }
    void kill() override
    {
        (void)runCommand({"scancel", m_id}, commandSeconds);
        m_closed = true;
    }
    std::string wait() override
    {
        // A result is found here until the journal has it too: no coordinator's death trains for it again.
        if (m_end != "completed" && m_end != "early_stopped" && m_end != "failed")
            (void)base::writeFileAtomically(voidOf(m_lines), "");
        if (!m_end.empty())
            return {};
        std::string end;
        if (const auto told = runCommand({"scontrol", "show", "job", "--oneliner", m_id}, commandSeconds))
            end = parseJobEnd(*told);
        if (end.empty())
            if (const auto told =
                    runCommand({"sacct", "-n", "-P", "-X", "-j", m_id, "-o", "State,ExitCode"}, commandSeconds))
                end = parseJobEnd(*told);
        return "(Slurm job " + m_id + ") ended without a word" + (end.empty() ? "" : ": " + end);
    }
    std::string job() const override { return m_id; }
    std::string held() override
    {
        const SlurmJob* job = m_queue->find(m_id);
        return job && job->isPending() ? "waits in Slurm's queue: " + job->reason : std::string();
    }

private:
    std::string m_id;
    fs::path m_lines;
    std::shared_ptr<SlurmQueue> m_queue;
    std::int64_t m_since, m_missed = 0;
    std::size_t m_read = 0;
    std::string m_text, m_end;
    bool m_closed = false;

    // Missing in two looks, one after the other: files of a network folder may be seen a little later.
    bool isGone()
    {
        if (m_queue->looks() > m_since) {
            m_since = m_queue->looks();
            m_missed = m_queue->find(m_id) ? 0 : m_missed + 1;
        }
        return m_missed >= 2;
    }
    void read()
    {
        std::error_code none;
        const auto size = fs::file_size(m_lines, none);
        if (none || size <= m_read)
            return;
        const auto text = base::readFile(m_lines);
        if (!text || text->size() <= m_read)
            return;
        m_text.append(*text, m_read);
        m_read = text->size();
    }
};

class SlurmExecutor final : public Executor {
public:
    SlurmExecutor(tune::SlurmSpec spec, fs::path study, fs::path program, fs::path runs)
        : m_spec(std::move(spec)),
          m_study(std::move(study)),
          m_program(std::move(program)),
          m_runs(std::move(runs)),
          m_name("descent-" + m_study.filename().string() + "-" + hashOf(m_study.string())),
          m_queue(std::make_shared<SlurmQueue>(m_spec.pollSeconds))
    {
    }

    Result<std::vector<std::unique_ptr<TrialWorker>>> start(const std::vector<TrialJob>& jobs) override
    {
        const fs::path folder = m_study / "jobs";
        std::error_code failed;
        fs::create_directories(folder, failed);
        if (failed)
            return base::systemError("make the folder", folder, failed.value());
        const std::string number = nextBatch();
        std::vector<fs::path> lines;
        base::Array trials;
        std::string script = head();
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            lines.push_back(folder / (jobs[i].label + "-" + number + ".jsonl"));
            trials.push_back(Object{
                {"trial", jobs[i].trial}, {"started", jobs[i].started}, {"lines", lines.back().filename().string()}});
            std::vector<std::string> command = workerCommand(jobs[i], m_program, m_runs);
            command.insert(command.end(), {"--tell", lines.back().string()});
            script += std::to_string(i) + ") exec";
            for (const std::string& word : command)
                script += " " + shellWord(word);
            script += " >>" + shellWord(jobs[i].log.string()) + " 2>&1 ;;\n";
        }
        script += "esac\n";
        const fs::path file = folder / ("batch-" + number + ".sh");
        CORE_CHECK(base::writeFileAtomically(file, script));
        // Before sbatch: a job that nobody knew of would train a trial twice.
        CORE_CHECK(base::writeFileAtomically(
            folder / ("batch-" + number + ".json"),
            base::writeJson(Object{{"name", m_name + "-" + number}, {"trials", std::move(trials)}}) + "\n"));
        auto submitted = submit(file, m_name + "-" + number, jobs.size());
        if (!submitted) {
            // It may have come to the queue all the same, where nobody would look for it.
            for (const fs::path& each : lines)
                (void)base::writeFileAtomically(voidOf(each), "");
            (void)runCommand({"scancel", "--name=" + m_name + "-" + number}, commandSeconds);
            return std::move(submitted).error();
        }
        const std::string& id = *submitted;
        // Only for people and for the state of one that has ended: a coordinator finds it in the queue by its name.
        (void)base::writeFileAtomically(folder / ("batch-" + number + ".id"), id + "\n");
        std::vector<std::unique_ptr<TrialWorker>> workers;
        for (std::size_t i = 0; i < jobs.size(); ++i)
            workers.push_back(std::make_unique<SlurmWorker>(id + "_" + std::to_string(i), lines[i], m_queue));
        return workers;
    }

    Result<std::unique_ptr<TrialWorker>> takeUp(const TrialJob& job) override
    {
        if (m_queue->looks() == 0) {
            m_queue->look();
            if (m_queue->looks() == 0)
                return Error{ErrorKind::Resource, m_queue->trouble(), m_study.string(),
                             "Jobs that still train are taken up when the queue answers"};
        }
        const fs::path folder = m_study / "jobs";
        std::error_code none;
        std::vector<fs::path> batches;
        for (const auto& entry : fs::directory_iterator(folder, none))
            if (entry.path().extension() == ".json")
                batches.push_back(entry.path());
        std::ranges::sort(batches, std::greater{});
        for (const fs::path& batch : batches)
            if (auto worker = workerOf(batch, job))
                return worker;
        return std::unique_ptr<TrialWorker>();
    }

    bool here() const override { return false; }
    double endSeconds() const override { return 60 + 3 * m_spec.pollSeconds; }
    std::string trouble() override
    {
        m_queue->look();
        return m_queue->trouble();
    }

private:
    tune::SlurmSpec m_spec;
    fs::path m_study, m_program, m_runs;
    std::string m_name;
    std::shared_ptr<SlurmQueue> m_queue;

    std::string nextBatch() const
    {
        char digits[16];
        int number = 1;
        do
            std::snprintf(digits, sizeof digits, "%05d", number++);
        while (fs::exists(m_study / "jobs" / (std::string("batch-") + digits + ".json")));
        return digits;
    }

    std::string head() const
    {
        const std::string threads = std::to_string(m_spec.cpusPerTask);
        std::string text = "#!/bin/sh\n# Trials of the study " + m_study.filename().string() +
                           ", one a task of the array; each tells its lines to a file beside this one.\n";
        for (const std::string& line : m_spec.setup)
            text += line + "\n";
        return text + "export OMP_NUM_THREADS=" + threads +
               " OMP_WAIT_POLICY=passive\ncase \"$SLURM_ARRAY_TASK_ID\" in\n";
    }

    Result<std::string> submit(const fs::path& script, const std::string& name, std::size_t jobs) const
    {
        // The worker gets SIGTERM by itself, some time before the limit; what is to be started again is ours to say.
        std::vector<std::string> command{"sbatch",
                                         "--parsable",
                                         "--no-requeue",
                                         "--job-name=" + name,
                                         "--array=0-" + std::to_string(jobs - 1),
                                         "--cpus-per-task=" + std::to_string(m_spec.cpusPerTask),
                                         "--output=/dev/null",
                                         "--chdir=" + m_study.string(),
                                         "--signal=B:TERM@" + std::to_string(signalSeconds)};
        if (!m_spec.partition.empty())
            command.push_back("--partition=" + m_spec.partition);
        if (!m_spec.timeLimit.empty())
            command.push_back("--time=" + m_spec.timeLimit);
        command.insert(command.end(), m_spec.arguments.begin(), m_spec.arguments.end());
        command.push_back(script.string());
        auto told = runCommand(command, commandSeconds);
        if (!told) {
            Error error = std::move(told).error();
            // One that does not answer may answer later; one that refuses, will refuse again.
            const bool silent = error.message.find("ontact slurm controller") != std::string::npos ||
                                error.message.find("onnection") != std::string::npos ||
                                error.message.find("timed out") != std::string::npos;
            error.kind = silent ? ErrorKind::Resource : ErrorKind::Run;
            error.where = script.string();
            error.advice = silent ? "It is tried again" : "See tuning.slurm: partition, time and arguments";
            return error;
        }
        const std::string id = told->substr(0, told->find_first_of(";\n"));
        if (id.empty() || !std::ranges::all_of(id, [](char each) { return each >= '0' && each <= '9'; }))
            return Error{ErrorKind::Run, "sbatch told no number of a job but \"" + *told + "\"", script.string(),
                         "See what sbatch --parsable says there"};
        return id;
    }

    std::unique_ptr<TrialWorker> workerOf(const fs::path& batch, const TrialJob& job) const
    {
        const auto tree = base::readJson(batch);
        if (!tree || !(*tree)["trials"].isArray())
            return {};
        const base::Array& trials = (*tree)["trials"].array();
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const Value& each = trials[i];
            if (each["trial"].toInt(-1) != job.trial || each["started"].toReal() != job.started)
                continue;
            const fs::path lines = batch.parent_path() / each["lines"].text();
            std::error_code none;
            if (fs::exists(voidOf(lines), none))
                continue;
            std::string array = m_queue->arrayOf((*tree)["name"].text());
            if (array.empty())
                if (const auto noted = base::readFile(fs::path(batch).replace_extension(".id"), 64))
                    array = noted->substr(0, noted->find('\n'));
            if (array.empty() && !fs::exists(lines, none)) {
                // It never came to the queue, or is on its way there and will find this.
                (void)base::writeFileAtomically(voidOf(lines), "");
                continue;
            }
            return std::make_unique<SlurmWorker>(array + "_" + std::to_string(i), lines, m_queue);
        }
        return {};
    }
};

}

std::vector<SlurmJob> parseQueue(const std::string& text)
{
    std::vector<SlurmJob> jobs;
    for (const std::string& line : linesOf(text)) {
        const std::vector<std::string> fields = fieldsOf(line, '|', 5);
        if (fields.size() == 5)
            jobs.push_back({fields[0] + "_" + fields[1], fields[3], fields[2], fields[4]});
    }
    return jobs;
}

std::string parseJobEnd(const std::string& text)
{
    const auto valueOf = [&](const std::string& key) {
        const std::size_t at = text.find(key + "=");
        return at == text.npos ? std::string()
                               : text.substr(at + key.size() + 1, text.find_first_of(" \n", at) - at - key.size() - 1);
    };
    std::string state = valueOf("JobState"), code = valueOf("ExitCode"), reason = valueOf("Reason");
    if (state.empty() && text.find('|') != text.npos) {
        const std::vector<std::string> fields = fieldsOf(text.substr(0, text.find('\n')), '|', 2);
        state = fields[0];
        code = fields.size() > 1 ? fields[1] : "";
    }
    if (state.empty())
        return {};
    std::string end = state;
    if (!reason.empty() && reason != "None")
        end += ", " + reason;
    if (!code.empty())
        end += ", exit code " + code;
    return end;
}

std::string shellWord(const std::string& text)
{
    std::string word = "'";
    for (const char each : text)
        word += each == '\'' ? std::string("'\\''") : std::string(1, each);
    return word + "'";
}

Result<std::unique_ptr<Executor>> slurmExecutor(const tune::SlurmSpec& spec, const fs::path& study,
                                                const fs::path& program, const fs::path& runs)
{
    for (const char* command : {"sbatch", "squeue", "scancel"})
        if (!hasCommand(command))
            return Error{ErrorKind::Resource, std::string("Slurm's command ") + command + " is not on this machine",
                         "--executor slurm",
                         "Start the study where jobs are submitted from, or train here with --executor local"};
    return std::unique_ptr<Executor>(std::make_unique<SlurmExecutor>(
        spec, fs::absolute(study).lexically_normal(), fs::absolute(program), fs::absolute(runs).lexically_normal()));
}

}
