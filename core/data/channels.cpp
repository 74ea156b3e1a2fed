// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/channels.h"

#include "core/data/tables/table_errors.h"
#include "core/spec/check.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <variant>

namespace core::data {

namespace {

constexpr std::uint8_t noClass = 255;

base::Error disagrees(const ChannelStart& channel, const std::string& what, const std::string& advice)
{
    return {base::ErrorKind::Data, "the " + channel.name + " channel " + what, channel.where, advice};
}

std::string kindText(const Column& column)
{
    if (column.kind == ColumnKind::Text)
        return "texts" + (column.words.empty() ? "" : " such as " + quotedName(column.words.front().substr(0, 40)));
    return column.kind == ColumnKind::Time ? "dates" : "numbers";
}

// Samples of two stores one after the other; those of the second with other numbers for its classes.
class JoinedSamples final : public SampleStore {
public:
    JoinedSamples(std::shared_ptr<const SampleStore> first, std::shared_ptr<const SampleStore> second,
                  std::vector<std::int64_t> classes)
        : m_first(std::move(first)),
          m_second(std::move(second)),
          m_classes(std::move(classes))
    {
    }

    std::int64_t size() const override { return m_first->size() + m_second->size(); }
    std::string whereOf(std::int64_t row) const override
    {
        return ofFirst(row) ? m_first->whereOf(row) : m_second->whereOf(row - m_first->size());
    }
    base::Result<Sample> outline(std::int64_t row) const override
    {
        return ofFirst(row) ? m_first->outline(row) : m_second->outline(row - m_first->size());
    }
    base::Result<Sample> read(std::int64_t row) const override
    {
        if (ofFirst(row))
            return m_first->read(row);
        CORE_TRY(sample, m_second->read(row - m_first->size()));
        for (Box& box : sample.boxes)
            box.label = m_classes[std::size_t(box.label)];
        for (std::uint8_t& id : sample.mask)
            if (id != noClass && id < m_classes.size())
                id = std::uint8_t(m_classes[id]);
        return std::move(sample);
    }

private:
    std::shared_ptr<const SampleStore> m_first, m_second;
    std::vector<std::int64_t> m_classes;

    bool ofFirst(std::int64_t row) const { return row < m_first->size(); }
};

// Appends the rows of one file to those of another.
class Appending {
public:
    Appending(Loaded& into, Loaded rows, const ChannelStart& channel, bool strict)
        : m_into(into),
          m_rows(std::move(rows)),
          m_channel(channel),
          m_strict(strict),
          m_before(into.rows()),
          m_added(m_rows.rows())
    {
    }

    base::Status append()
    {
        if (!m_into.table != !m_rows.table || m_into.inputs.defined() != m_rows.inputs.defined() ||
            !m_into.samples != !m_rows.samples)
            return disagrees(m_channel, "holds data of another kind than the train channel",
                             "All channels have one format");
        if (m_into.table)
            CORE_CHECK(tables());
        CORE_CHECK(numbers());
        CORE_CHECK(targets());
        if (m_into.samples)
            m_into.samples = std::make_shared<JoinedSamples>(m_into.samples, m_rows.samples, std::move(m_classes));
        join(m_into.lines, m_rows.lines);
        join(m_into.times, m_rows.times);
        m_into.info.rows = m_into.info.rows > 0 ? m_before + m_added : 0;
        for (Problem& problem : m_rows.problems) {
            for (std::int64_t& row : problem.rows)
                row += m_before;
            problem.message = m_channel.name + " channel: " + problem.message;
            m_into.problems.push_back(std::move(problem));
        }
        return {};
    }

private:
    Loaded& m_into;
    Loaded m_rows;
    const ChannelStart& m_channel;
    bool m_strict;
    std::int64_t m_before, m_added;
    std::vector<std::int64_t> m_classes; // of the rows that are added, as the others number them

    // Nothing is known of any row where it is not known of all.
    template <class T>
    void join(std::vector<T>& into, const std::vector<T>& more) const
    {
        if (std::int64_t(into.size()) == m_before && std::int64_t(more.size()) == m_added)
            into.insert(into.end(), more.begin(), more.end());
        else
            into.clear();
    }

    base::Status tables()
    {
        Table& into = *m_into.table;
        const Table& more = *m_rows.table;
        for (const Column& column : more.columns)
            if (!into.find(column.name))
                return disagrees(m_channel,
                                 "has a column " + quotedName(column.name) + " that the train channel has not",
                                 columnAdvice(column.name, into));
        for (Column& column : into.columns) {
            const Column* other = more.find(column.name);
            if (!other)
                return disagrees(m_channel,
                                 "has no column " + quotedName(column.name) + ", which the train channel has",
                                 columnAdvice(column.name, more));
            CORE_CHECK(appendColumn(column, *other));
        }
        join(into.lines, more.lines);
        into.rows += more.rows;
        return {};
    }

    static std::string columnAdvice(const std::string& name, const Table& there)
    {
        const std::string near = spec::nearest(name, there.names());
        return near.empty() ? "Columns of all channels have the same names" : "Did you mean " + quotedName(near) + "?";
    }

    base::Status appendColumn(Column& column, const Column& more)
    {
        if (column.kind == ColumnKind::Empty)
            return {};
        if (more.kind != ColumnKind::Empty && more.kind != column.kind)
            return disagrees(m_channel,
                             "has " + kindText(more) + " in column " + quotedName(column.name) +
                                 ", where the train channel has " + kindText(column),
                             "Correct the column, or list it in data.source.categorical if its numbers are names");
        if (column.strays.empty() && !more.strays.empty()) {
            base::Error error = strayError(*m_rows.table, more);
            error.message = m_channel.name + " channel: " + error.message;
            return error;
        }
        for (StrayCell stray : more.strays)
            column.strays.push_back({stray.row + m_before, std::move(stray.text)});
        if (column.kind == ColumnKind::Text)
            appendTexts(column, more);
        else if (more.kind == ColumnKind::Empty)
            column.numbers.resize(std::size_t(m_before + m_added), std::nan(""));
        else
            column.numbers.insert(column.numbers.end(), more.numbers.begin(), more.numbers.end());
        return {};
    }

    // Words stay sorted, so that those of all rows have the numbers that they would have in one file.
    void appendTexts(Column& column, const Column& more) const
    {
        std::vector<std::string> words;
        std::set_union(column.words.begin(), column.words.end(), more.words.begin(), more.words.end(),
                       std::back_inserter(words));
        const auto codesIn = [&](const std::vector<std::string>& old) {
            std::vector<std::int32_t> codes;
            for (const std::string& word : old)
                codes.push_back(std::int32_t(std::lower_bound(words.begin(), words.end(), word) - words.begin()));
            return codes;
        };
        const std::vector<std::int32_t> mine = codesIn(column.words), theirs = codesIn(more.words);
        for (std::int32_t& code : column.codes)
            code = code < 0 ? code : mine[std::size_t(code)];
        for (const std::int32_t code : more.codes)
            column.codes.push_back(code < 0 ? code : theirs[std::size_t(code)]);
        column.codes.resize(std::size_t(m_before + m_added), -1);
        column.words = std::move(words);
    }

    base::Status numbers()
    {
        if (!m_into.inputs.defined())
            return {};
        if (m_into.inputs.sizes().slice(1) != m_rows.inputs.sizes().slice(1) ||
            m_into.inputs.scalar_type() != m_rows.inputs.scalar_type())
            return disagrees(m_channel,
                             "has rows of " + shapeText(m_rows.inputs) + " where the train channel has " +
                                 shapeText(m_into.inputs),
                             "Rows of all channels have one shape and one type");
        m_into.inputs = at::cat({m_into.inputs, m_rows.inputs});
        return {};
    }

    static std::string shapeText(const at::Tensor& rows)
    {
        std::string text = rows.scalar_type() == at::kByte ? "bytes" : "numbers";
        for (const std::int64_t side : rows.sizes().slice(1))
            text += (text.back() == 's' ? " " : " × ") + std::to_string(side);
        return text;
    }

    base::Status targets()
    {
        if (m_into.info.task != m_rows.info.task)
            return disagrees(m_channel,
                             "is for " + m_rows.info.task + ", and the train channel for " + m_into.info.task,
                             "Set data.task");
        std::vector<std::string>& names = m_into.info.classes;
        for (const std::string& name : m_rows.info.classes) {
            const auto found = std::find(names.begin(), names.end(), name);
            m_classes.push_back(found - names.begin());
            if (found != names.end())
                continue;
            if (m_strict)
                return disagrees(m_channel,
                                 "has the class " + quotedName(name) + " in " + quotedName(m_into.info.target) +
                                     ", which the train channel has not",
                                 "Classes of all channels are those of the training rows");
            names.push_back(name);
        }
        if (m_into.targets.defined() != m_rows.targets.defined() ||
            (m_into.targets.defined() && (m_into.targets.scalar_type() != m_rows.targets.scalar_type() ||
                                          m_into.targets.sizes().slice(1) != m_rows.targets.sizes().slice(1))))
            return disagrees(m_channel, "has other targets than the train channel", "Labels of all channels are alike");
        if (!m_into.targets.defined())
            return {};
        at::Tensor more = m_rows.targets.clone();
        if (m_into.info.classifies())
            for (std::int64_t i = 0; i < more.numel(); ++i)
                if (std::int64_t& label = more.mutable_data_ptr<std::int64_t>()[i];
                    label >= 0 && std::size_t(label) < m_classes.size())
                    label = m_classes[std::size_t(label)];
        m_into.targets = at::cat({m_into.targets, more});
        return {};
    }
};

}

SourceRequest channelRequest(const SourceRequest& request, const std::string& path)
{
    SourceRequest channel = request;
    channel.data.channels = {};
    channel.data.rows.reset();
    base::Pick& source = channel.data.source;
    const base::Entry* entry = allSources().family().find(source.kind);
    if (!entry || !entry->schema.find("path"))
        source = {"file"};
    // Files beside the first one, such as those of labels, are looked for beside this one.
    else
        for (const base::Field& field : entry->schema.fields)
            if (std::holds_alternative<base::Path>(field.domain))
                source.params.object().set(field.key, field.fallback);
    source.params.object().set("path", path);
    return channel;
}

void agreeWith(const Loaded& train, DatasetInfo& info, SourceRequest& request)
{
    info = train.info;
    request.alike = &info;
    if (!train.table) {
        if (info.classifies() || info.task == "regression")
            request.data.task = info.task;
        return;
    }
    info.inputShape = {std::int64_t(train.table->columns.size()) - 1};
    for (const Column& column : train.table->columns) {
        if (column.kind == ColumnKind::Empty)
            continue;
        (column.kind == ColumnKind::Text ? request.hints.asText : request.hints.asNumbers).push_back(column.name);
        if (column.kind == ColumnKind::Time)
            request.hints.asTimes.push_back(column.name);
    }
}

base::Status appendRows(Loaded& into, Loaded rows, const ChannelStart& channel, bool strict)
{
    return Appending(into, std::move(rows), channel, strict).append();
}

base::Result<Loaded> withChannels(Loaded train, const SourceRequest& request)
{
    const spec::ChannelsSpec& channels = request.data.channels;
    if (!channels.divide())
        return train;
    // Rows for the other parts come from their own channels alone.
    train.testInputs = train.testTargets = at::Tensor();
    train.info.testRows = 0;
    const base::Value* named = request.data.source.params.object().find("path");
    train.channels = {{"train", named ? named->text() : train.info.name, 0}};
    train.parts.assign(std::size_t(train.rows()), 0);
    DatasetInfo alike;
    SourceRequest agreeing = request;
    agreeWith(train, alike, agreeing);
    for (const auto& [name, path, part] :
         {std::tuple("validation", &channels.validation, 1), std::tuple("test", &channels.test, 2)}) {
        if (path->empty())
            continue;
        const ChannelStart channel{name, *path, train.rows()};
        const SourceRequest asked = channelRequest(agreeing, *path);
        CORE_TRY(source, allSources().make(asked.data.source));
        CORE_TRY(rows, source->load(asked));
        rows.testInputs = rows.testTargets = at::Tensor();
        CORE_CHECK(appendRows(train, std::move(rows), channel, true));
        train.channels.push_back(channel);
        train.parts.resize(std::size_t(train.rows()), part);
    }
    return train;
}

base::Status checkChannelClasses(const Loaded& loaded)
{
    if (loaded.channels.size() < 2 || !loaded.info.classifies() || !loaded.targets.defined())
        return {};
    const std::int64_t* label = loaded.targets.const_data_ptr<std::int64_t>();
    std::vector<bool> learned(loaded.info.classes.size());
    std::size_t channel = 0;
    for (std::int64_t row = 0; row < loaded.targets.size(0); ++row) {
        while (channel + 1 < loaded.channels.size() && row >= loaded.channels[channel + 1].first)
            ++channel;
        if (label[row] < 0)
            continue;
        if (channel == 0)
            learned[std::size_t(label[row])] = true;
        else if (!learned[std::size_t(label[row])])
            return disagrees(loaded.channels[channel],
                             "has the class " + quotedName(loaded.info.classes[std::size_t(label[row])]) +
                                 " in column " + quotedName(loaded.info.target) +
                                 ", which is in no row of the train channel",
                             "Add such rows to the train channel, or leave these out");
    }
    return {};
}

}
