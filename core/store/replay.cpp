// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/replay.h"

#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/store/bytes.h"
#include "core/store/run_names.h"

namespace core::store {

namespace {

template <class T>
void appendTo(std::vector<T>& all, const std::vector<T>& more)
{
    all.insert(all.end(), more.begin(), more.end());
}

// Keeps what lies before `step`; steps rise, except where somebody recorded them otherwise.
void cut(Series& series, std::int64_t step)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < series.steps.size(); ++i)
        if (series.steps[i] < step) {
            series.steps[kept] = series.steps[i];
            series.values[kept] = series.values[i];
            series.times[kept] = series.times[i];
            ++kept;
        }
    series.steps.resize(kept);
    series.values.resize(kept);
    series.times.resize(kept);
}

void note(RunRecord& record, const std::string& problem)
{
    if (record.problem.empty())
        record.problem = problem;
}

}

void Replay::add(const ScalarBlock& block)
{
    for (std::size_t i = 0; i < block.names.size(); ++i) {
        Series& series = record.scalars[block.names[i]];
        appendTo(series.steps, block.steps);
        appendTo(series.times, block.times);
        appendTo(series.values, block.columns[i]);
    }
}

void Replay::add(const TensorBlock& block)
{
    for (std::size_t i = 0; i < block.tensors.size(); ++i)
        record.tensors[block.tensors[i]].add(block, i);
}

void Replay::add(double time, events::Event event)
{
    if (const auto* opened = std::get_if<events::RunOpened>(&event)) {
        record.opened = *opened;
        record.finished.reset();
    } else if (const auto* changed = std::get_if<events::StateChanged>(&event)) {
        record.state = changed->state;
    } else if (const auto* finished = std::get_if<events::RunFinished>(&event)) {
        record.finished = *finished;
        record.state = finished->state;
    }
    if (record.created == 0)
        record.created = time;
    record.events.push_back(std::move(event));
    record.eventTimes.push_back(time);
}

void Replay::rewind(std::int64_t step)
{
    for (auto& [name, series] : record.scalars)
        cut(series, step);
    for (auto& [name, series] : record.tensors)
        series.cut(step);
    const auto isCheckpoint = [&](const events::Event& event) {
        const auto* written = std::get_if<events::CheckpointWritten>(&event);
        return written && written->step == step;
    };
    Replay kept(m_keepsTexts);
    for (std::size_t i = 0; i < record.events.size(); ++i)
        if (const events::Event& event = record.events[i];
            std::holds_alternative<events::RunOpened>(event) || events::stepOf(event) < step || isCheckpoint(event)) {
            kept.add(record.eventTimes[i], event);
            if (m_keepsTexts)
                kept.texts.push_back(std::move(texts[i]));
        }
    texts = std::move(kept.texts);
    kept.record.scalars = std::move(record.scalars);
    kept.record.tensors = std::move(record.tensors);
    kept.record.problem = std::move(record.problem);
    record = std::move(kept.record);
}

void Replay::add(const JournalRecord& entry)
{
    switch (entry.kind) {
    case RecordKind::Scalars:
        if (auto block = unpackScalars(entry.payload))
            add(*block);
        else
            note(record, block.error().message);
        break;
    case RecordKind::Tensors:
        if (auto block = unpackTensors(entry.payload))
            add(*block);
        else
            note(record, block.error().message);
        break;
    case RecordKind::Event:
        if (auto value = base::parseJson(entry.payload, "event"); !value)
            note(record, value.error().message);
        else if (auto event = events::fromValue(*value); !event)
            note(record, event.error().message);
        else {
            add(entry.time, std::move(*event));
            if (m_keepsTexts)
                texts.emplace_back(entry.payload);
        }
        break;
    case RecordKind::Rewind:
        rewind(ByteReader(entry.payload).take<std::int64_t>());
        break;
    case RecordKind::Synced:
        break;
    }
}

std::string rewindPayload(std::int64_t step)
{
    std::string payload;
    putBytes(payload, step);
    return payload;
}

base::Result<RunRecord> recordOfJournal(const std::filesystem::path& run, Reading reading,
                                        std::vector<std::string>* texts)
{
    Replay replay(texts != nullptr);
    CORE_TRY(report, readJournal(
                         run / "journal", [&](const JournalRecord& entry) { replay.add(entry); }, reading));
    if (report.segments.empty())
        return base::Error{base::ErrorKind::Data, "there is no journal", (run / "journal").string(), {}};
    for (const std::string& damage : report.damages)
        note(replay.record, "the journal is damaged: " + damage);
    addIdentity(replay.record, run);
    if (texts)
        *texts = std::move(replay.texts);
    return std::move(replay.record);
}

void addIdentity(RunRecord& record, const std::filesystem::path& run)
{
    record.folder = currentFolder(std::filesystem::absolute(run / "").lexically_normal().parent_path());
    record.id = record.folder.filename().string();
    // The parent may bear another name by now.
    if (record.opened)
        record.opened->parent = currentId(record.folder.parent_path(), record.opened->parent);
    if (auto spec = base::readJson(run / "spec.json"))
        record.spec = std::move(*spec);
    else if (record.opened)
        record.spec = record.opened->spec;
    else
        note(record, describe(spec.error()));
}

}
