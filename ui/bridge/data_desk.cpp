// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/data_desk.h"

#include "core/session/convert.h"
#include "ui/bridge/workbench.h"

namespace ui::bridge {

using core::base::Array;
using core::base::Error;
using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::session::CellKind;
using core::session::DataView;

DataDesk::DataDesk(Workbench& bench, QObject* parent)
    : QObject(parent),
      m_bench(bench),
      m_saver(*this),
      m_cache(DataView::makeCache())
{
    connect(&m_preview, &Preview::slow, this, &DataDesk::slow);
}

void DataDesk::ask()
{
    const Value resolved = m_bench.document().resolved();
    const Value asked = Object{{"data", resolved["data"]},
                               {"split", resolved["split"]},
                               {"augment", resolved["augment"]},
                               {"seed", resolved["train"]["seed"]}};
    if (asked == m_asked)
        return;
    m_asked = asked;
    m_preview.ask([resolved, cache = m_cache] { return DataView::open(resolved, cache); },
                  [this](Result<std::shared_ptr<const DataView>> opened) {
                      if (!opened) {
                          m_view.reset();
                          Q_EMIT failed(opened.error());
                          return;
                      }
                      m_view = std::move(*opened);
                      Q_EMIT this->opened();
                  });
}

int DataDesk::edits() const
{
    return int(m_bench.document().resolved()["data"]["edits"].array().size());
}

bool DataDesk::editable() const
{
    // Of a stream only a sample is shown, whose rows have other numbers.
    if (m_view && m_view->info().streamedRows > 0)
        return false;
    return m_view && m_view->editable();
}

std::vector<std::int64_t> DataDesk::changeable(std::vector<std::int64_t> rows)
{
    if (!editable())
        return {};
    const bool some = !rows.empty();
    std::erase_if(rows, [this](std::int64_t row) {
        const auto& info = m_view->info();
        return info.testRows > 0 && row >= info.rows;
    });
    if (some && rows.empty())
        Q_EMIT m_bench.trouble({core::base::ErrorKind::Usage,
                                "These rows are the source's own test rows",
                                {},
                                "They stay as they are; rows before them can be changed"});
    return rows;
}

void DataDesk::append(Value edit, const QString& text)
{
    Array edits = m_bench.document().resolved()["data"]["edits"].array();
    edits.push_back(std::move(edit));
    m_bench.document().setAll({{QStringLiteral("data.edits"), std::move(edits)}}, text);
}

namespace {

Array listOf(const std::vector<std::int64_t>& rows)
{
    Array list;
    for (const std::int64_t row : rows)
        list.emplace_back(row);
    return list;
}

}

void DataDesk::setCells(const std::vector<std::int64_t>& asked, const QString& column, const QString& text)
{
    const std::vector<std::int64_t> rows = changeable(asked);
    if (rows.empty())
        return;
    bool number = false;
    for (const auto& head : m_view->columns())
        number |= head.name == column.toStdString() && head.kind == CellKind::Number;
    bool read = false;
    const double value = text.toDouble(&read);
    append(Object{{"kind", "set_cells"},
                  {"column", column.toStdString()},
                  {"rows", listOf(rows)},
                  {"value", text.trimmed().isEmpty() ? Value{}
                            : number && read         ? Value(value)
                                                     : Value(text.toStdString())}},
           rows.size() == 1 ? tr("Change a cell of %1").arg(column)
                            : tr("Change %1 cells of %2").arg(rows.size()).arg(column));
}

void DataDesk::dropRows(const std::vector<std::int64_t>& asked)
{
    const std::vector<std::int64_t> rows = changeable(asked);
    if (!rows.empty())
        append(Object{{"kind", "drop_rows"}, {"rows", listOf(rows)}},
               rows.size() == 1 ? tr("Leave a row out") : tr("Leave %1 rows out").arg(rows.size()));
}

void DataDesk::addRows(const std::vector<std::string>& columns, Array rows)
{
    if (rows.empty())
        return;
    Array names;
    for (const std::string& column : columns)
        names.push_back(column);
    const QString text = rows.size() == 1 ? tr("Add a row") : tr("Add %1 rows").arg(rows.size());
    append(Object{{"kind", "add_rows"}, {"columns", std::move(names)}, {"rows", std::move(rows)}}, text);
}

void DataDesk::apply(const core::data::Problem& problem)
{
    std::vector<std::pair<QString, Value>> changes;
    for (const auto& [path, value] : problem.changes)
        changes.emplace_back(QString::fromStdString(path), value);
    if (!changes.empty())
        m_bench.document().setAll(changes, QString::fromStdString(problem.action));
}

void DataDesk::openPath(const QString& path)
{
    std::vector<std::pair<QString, Value>> changes{{QStringLiteral("data.source"), path.toStdString()},
                                                   {QStringLiteral("data.format"), "auto"},
                                                   {QStringLiteral("data.target"), ""},
                                                   {QStringLiteral("data.features"), Array{}},
                                                   {QStringLiteral("data.task"), "auto"},
                                                   {QStringLiteral("data.edits"), Array{}},
                                                   {QStringLiteral("data.rows"), Value{}},
                                                   {QStringLiteral("augment"), Array{}}};
    // Channels would stand for the source.
    for (const char* channel : {"train", "validation", "test"})
        if (!m_bench.document().resolved()["data"]["channels"][channel].text().empty())
            changes.insert(changes.begin(), {QStringLiteral("data.channels.") + QLatin1String(channel), ""});
    m_bench.document().setAll(changes,
                              tr("Open %1").arg(path.section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty)));
}

void DataDesk::clearEdits()
{
    m_bench.document().setAll({{QStringLiteral("data.edits"), Array{}}}, tr("Take all edits back"));
}

void DataDesk::save(const QString& file, std::function<void(const Result<std::int64_t>&)> done)
{
    const Value resolved = m_bench.document().resolved();
    m_saver.run([resolved, file = file.toStdString(), done = std::move(done)]() -> Worker::Answer {
        const auto converted = core::session::convert(resolved, file);
        const Result<std::int64_t> result =
            converted ? Result<std::int64_t>(converted->rows) : Result<std::int64_t>(converted.error());
        return [result, done] { done(result); };
    });
}

}
