// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/job.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/line_journal.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::jobs {

using namespace base;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view folderMark = "-job-";

fs::path journalFile(const fs::path& job)
{
    return job / "job.jsonl";
}

fs::path wishFile(const fs::path& job)
{
    return job / "wishes";
}

Object asRecord(const StateChange& change)
{
    Object record{{"op", "state"},
                  {"state", std::string(name(change.state))},
                  {"time", change.time},
                  {"launch", change.launch},
                  {"on_demand", change.onDemand}};
    if (!change.reason.empty())
        record.set("reason", change.reason);
    if (change.step >= 0)
        record.set("step", change.step);
    if (change.foretold)
        record.set("foretold", true);
    if (change.waitS > 0)
        record.set("wait_s", change.waitS);
    return record;
}

// One that tells a state which may not follow is left out, and said.
void takeChange(Job& job, const Object& record)
{
    const Value all = record;
    StateChange change;
    if (!stateOf(all["state"].text(), change.state) ||
        (!job.changes.empty() && !mayFollow(job.state(), change.state))) {
        job.problem = "its journal tells the state \"" + all["state"].text() + "\" after " +
                      std::string(job.changes.empty() ? "nothing" : name(job.state()));
        return;
    }
    change.time = all["time"].toReal();
    change.reason = all["reason"].text();
    change.launch = all["launch"].toInt();
    change.onDemand = all["on_demand"].toBool();
    change.step = all["step"].toInt(-1);
    change.foretold = all["foretold"].toBool();
    change.waitS = all["wait_s"].toReal();
    job.changes.push_back(std::move(change));
    job.notice.reset();
}

Result<Job> jobOf(const fs::path& folder, const JournalContent& content)
{
    Job job;
    job.folder = folder;
    job.id = folder.filename().string();
    if (content.damaged > 0)
        job.problem = std::to_string(content.damaged) + " damaged lines of its journal are left out";
    for (const Object& record : content.records) {
        const Value all = record;
        const std::string& op = all["op"].text();
        if (op == "submit") {
            job.name = all["name"].text();
            job.experiment = all["experiment"];
            job.priority = all["priority"].toInt();
        } else if (op == "state") {
            takeChange(job, record);
        } else if (op == "run") {
            job.run = all["run"].text();
        } else if (op == "priority") {
            job.priority = all["priority"].toInt();
        } else if (op == "notice") {
            job.notice = Notice{all["time"].toReal(), all["seconds"].toReal()};
        }
    }
    if (job.changes.empty() || !job.experiment.isObject())
        return Error{ErrorKind::Data, "its journal does not tell what the job is", journalFile(folder).string(),
                     "Remove the folder and submit the experiment again"};
    return job;
}

Result<Job> readJobFolder(const fs::path& folder)
{
    CORE_TRY(content, readJournal(journalFile(folder)));
    return jobOf(folder, content);
}

std::string plainName(const std::string& name)
{
    std::string plain;
    for (const char c : name.substr(0, 40))
        plain += std::isalnum(static_cast<unsigned char>(c)) || c == '_' ? c : '-';
    return plain.empty() ? "experiment" : plain;
}

// The next number that is free; whoever makes the folder has it.
Result<fs::path> freshFolder(const fs::path& queue, const std::string& name)
{
    std::error_code failed;
    fs::create_directories(queue, failed);
    if (failed)
        return systemError("make", queue, failed.value());
    const std::string begin = plainName(name) + std::string(folderMark);
    std::int64_t highest = 0;
    for (const auto& entry : fs::directory_iterator(queue, failed)) {
        const std::string id = entry.path().filename().string();
        if (id.starts_with(begin))
            highest = std::max<std::int64_t>(highest, std::atoll(id.c_str() + begin.size()));
    }
    for (std::int64_t number = highest + 1;; ++number) {
        std::string digits = std::to_string(number);
        digits.insert(0, std::size_t(std::max<int>(0, 4 - int(digits.size()))), '0');
        const fs::path folder = queue / (begin + digits);
        if (::mkdir(folder.c_str(), 0700) == 0) // its log and its environment are for nobody else
            return folder;
        if (errno != EEXIST)
            return systemError("make", folder, errno);
    }
}

}

std::int64_t Job::launches() const
{
    return std::ranges::count(changes, JobState::LaunchingMLInstances, &StateChange::state);
}

std::int64_t Job::interruptions() const
{
    return std::ranges::count(changes, JobState::Interrupted, &StateChange::state);
}

bool Job::isScript() const
{
    const Value* command = experiment.at("job.command");
    return command && ((command->isArray() && !command->array().empty()) || !command->text().empty());
}

fs::path logFile(const fs::path& job)
{
    return job / "log.txt";
}

class JobFile::Writer {
public:
    explicit Writer(JournalWriter journal) : journal(std::move(journal)) {}
    JournalWriter journal;
};

JobFile::JobFile(std::unique_ptr<Writer> writer, Job job) : m_writer(std::move(writer)), m_job(std::move(job)) {}
JobFile::JobFile(JobFile&&) noexcept = default;
JobFile& JobFile::operator=(JobFile&&) noexcept = default;
JobFile::~JobFile() = default;

Result<JobFile> JobFile::open(const fs::path& folder)
{
    std::error_code failed;
    if (!fs::exists(journalFile(folder), failed))
        return Error{ErrorKind::Usage, "is no job", folder.string(), "job list names those there are"};
    auto journal = JournalWriter::open(journalFile(folder), "this job");
    // One who asks whether somebody works on it holds it for a moment.
    for (int tries = 0; !journal && journal.error().kind == ErrorKind::Resource && tries < 50; ++tries) {
        ::poll(nullptr, 0, 2);
        journal = JournalWriter::open(journalFile(folder), "this job");
    }
    if (!journal)
        return std::move(journal).error();
    CORE_TRY(job, jobOf(folder, journal->before()));
    JobFile file(std::make_unique<Writer>(std::move(*journal)), std::move(job));
    // What was asked of the one before is not asked again.
    const auto heard = fs::file_size(wishFile(folder), failed);
    file.m_heard = failed ? 0 : heard;
    return file;
}

Status JobFile::change(StateChange change)
{
    if (!mayFollow(m_job.state(), change.state))
        return Error{ErrorKind::Internal,
                     std::string(name(change.state)) + " may not follow on " + std::string(name(m_job.state())),
                     m_job.id, "Please report this"};
    if (change.time == 0)
        change.time = wallSeconds();
    CORE_CHECK(m_writer->journal.append(asRecord(change)));
    m_job.changes.push_back(std::move(change));
    m_job.notice.reset();
    return {};
}

Status JobFile::setRun(const std::string& run)
{
    if (m_job.run == run)
        return {};
    CORE_CHECK(m_writer->journal.append({{"op", "run"}, {"run", run}}));
    m_job.run = run;
    return {};
}

Status JobFile::setPriority(std::int64_t priority)
{
    CORE_CHECK(m_writer->journal.append({{"op", "priority"}, {"priority", priority}}));
    m_job.priority = priority;
    return {};
}

Status JobFile::notify(double seconds)
{
    const Notice notice{wallSeconds(), seconds};
    CORE_CHECK(m_writer->journal.append({{"op", "notice"}, {"time", notice.time}, {"seconds", notice.seconds}}, false));
    m_job.notice = notice;
    return {};
}

std::vector<Wish> JobFile::wishes()
{
    std::vector<Wish> all;
    std::error_code none;
    const auto size = fs::file_size(wishFile(m_job.folder), none);
    if (none || size <= m_heard)
        return all;
    const auto text = readFile(wishFile(m_job.folder));
    if (!text)
        return all;
    for (; m_heard < text->size(); ++m_heard) // a letter each: a write of one byte is never torn
        if ((*text)[m_heard] == 's')
            all.push_back(Wish::Stop);
        else if ((*text)[m_heard] == 'i')
            all.push_back(Wish::Interrupt);
    return all;
}

Result<Job> JobQueue::submit(const std::string& name, const Value& experiment, std::int64_t priority) const
{
    CORE_TRY(folder, freshFolder(m_folder, name));
    CORE_TRY(journal, JournalWriter::open(journalFile(folder), "this job"));
    CORE_CHECK(
        journal.append({{"op", "submit"}, {"name", name}, {"priority", priority}, {"experiment", experiment}}, false));
    CORE_CHECK(journal.append(asRecord({.state = JobState::Pending, .time = wallSeconds()})));
    CORE_CHECK(syncFolder(m_folder));
    return readJobFolder(folder);
}

std::vector<Job> JobQueue::list() const
{
    std::vector<Job> jobs;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(m_folder, failed)) {
        const std::string id = entry.path().filename().string();
        if (id.find(folderMark) == id.npos || !fs::exists(journalFile(entry.path()), failed))
            continue;
        if (auto job = readJobFolder(entry.path()))
            jobs.push_back(std::move(*job));
        else
            jobs.push_back(Job{.id = id, .folder = entry.path(), .problem = describe(job.error())});
    }
    std::ranges::sort(jobs, [](const Job& a, const Job& b) {
        return a.submitted() != b.submitted() ? a.submitted() < b.submitted() : a.id < b.id;
    });
    return jobs;
}

Result<Job> JobQueue::find(const std::string& folderOrId) const
{
    std::error_code none;
    for (const fs::path& folder : {fs::path(folderOrId), m_folder / folderOrId})
        if (fs::exists(journalFile(folder), none))
            return readJobFolder(folder);
    return Error{ErrorKind::Usage, "there is no job \"" + folderOrId + "\"", m_folder.string(),
                 "job list names those there are"};
}

std::optional<Job> JobQueue::next() const
{
    std::optional<Job> best;
    for (Job& job : list())
        if (!job.changes.empty() && !isFinal(job.state()) && (!best || job.priority > best->priority) &&
            !isWorkedOn(job.folder))
            best = std::move(job);
    return best;
}

Status JobQueue::wish(const Job& job, Wish wish) const
{
    if (isFinal(job.state()))
        return Error{ErrorKind::Usage, "the job has ended: " + std::string(name(job.state())), job.id, {}};
    const fs::path file = wishFile(job.folder);
    if (!isWorkedOn(job.folder)) {
        if (wish == Wish::Interrupt)
            return Error{ErrorKind::Usage, "nobody works on the job, so that nothing can be interrupted", job.id,
                         "job run works on those that wait"};
        if (auto mine = JobFile::open(job.folder)) {
            if (mine->job().state() != JobState::Stopping)
                CORE_CHECK(mine->change({.state = JobState::Stopping, .reason = "asked to stop"}));
            return mine->change({.state = JobState::Stopped, .reason = "asked to stop while nobody worked on it"});
        }
    }
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (opened < 0)
        return systemError("open", file, errno);
    const char letter = wish == Wish::Stop ? 's' : 'i';
    const ssize_t written = ::write(opened, &letter, 1);
    const int code = errno;
    ::close(opened);
    if (written != 1)
        return systemError("write", file, code);
    return {};
}

Status JobQueue::setPriority(const Job& job, std::int64_t priority) const
{
    if (isFinal(job.state()))
        return Error{ErrorKind::Usage, "the job has ended: " + std::string(name(job.state())), job.id,
                     "Submit it again with another priority"};
    auto mine = JobFile::open(job.folder);
    if (!mine && mine.error().kind == ErrorKind::Resource)
        return Error{ErrorKind::Usage, "the job is worked on: its turn has come", job.id,
                     "A priority orders jobs that wait"};
    if (!mine)
        return std::move(mine).error();
    return mine->setPriority(priority);
}

bool isWorkedOn(const fs::path& job)
{
    const int opened = ::open(journalFile(job).c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0)
        return false;
    const bool held = ::flock(opened, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(opened);
    return held;
}

}
