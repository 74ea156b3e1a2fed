// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/data_view.h"

#include "core/session/data_view_work.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

namespace core::session {

using data::CellColumn;
using data::SplitName;

class DataView::Cache {
public:
    std::mutex mutex;
    data::SourceCache sources;
};

namespace {

// Named as what several rows are of, with several rows for most of its values.
bool looksLikeGroups(const ColumnHead& column, std::int64_t rows)
{
    std::string name = column.name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    for (const char* word :
         {"patient", "subject", "group", "user", "customer", "device", "person", "household", "speaker"})
        if (name.find(word) != name.npos && column.role != CellRole::Target && column.distinct > 2 &&
            2 * column.distinct <= rows)
            return true;
    return false;
}

}

DataView::DataView(std::unique_ptr<Work> work) : m_work(std::move(work)) {}

DataView::~DataView() = default;

std::shared_ptr<DataView::Cache> DataView::makeCache()
{
    return std::make_shared<Cache>();
}

base::Result<std::shared_ptr<const DataView>> DataView::open(const base::Value& resolved,
                                                             const std::shared_ptr<Cache>& cache)
{
    auto work = std::make_unique<Work>();
    work->experiment = spec::read(resolved);
    std::unique_lock<std::mutex> lock;
    if (cache)
        lock = std::unique_lock(cache->mutex);
    CORE_TRY(module, data::DataModule::open(work->experiment, false, cache ? &cache->sources : nullptr));
    work->module = std::move(module);
    work->prepare();
    return std::shared_ptr<const DataView>(new DataView(std::move(work)));
}

const data::DatasetInfo& DataView::info() const
{
    return m_work->module.info();
}

const std::vector<data::Problem>& DataView::problems() const
{
    return m_work->problems;
}

const std::string& DataView::splitKind() const
{
    return m_work->module.splitKind();
}

std::int64_t DataView::folds() const
{
    return m_work->module.folds();
}

data::SplitAdvice DataView::advice() const
{
    data::SplitFacts facts{.rows = info().rows, .times = !info().time.empty()};
    const auto counts = classCounts();
    // Things in pictures are no classes of the pictures.
    if (info().classifies())
        facts.classCounts.assign(counts[0].size(), 0);
    for (const auto& part : counts)
        for (std::size_t c = 0; c < facts.classCounts.size(); ++c)
            facts.classCounts[c] += part[c];
    facts.predefined = splitKind() == "predefined";
    facts.streamed = info().streamedRows > 0;
    const auto& times = m_work->module.times();
    facts.ordered = std::is_sorted(times.begin(), times.end());
    for (const ColumnHead& column : columns())
        if (looksLikeGroups(column, rows()))
            facts.groupColumn = column.name;
    return data::suggestSplit(facts);
}

std::array<std::int64_t, 3> DataView::splitRows() const
{
    std::array<std::int64_t, 3> rows{};
    for (std::size_t p = 0; p < 3; ++p)
        rows[p] = m_work->module.partRows(SplitName(p));
    return rows;
}

std::array<std::vector<std::int64_t>, 3> DataView::classCounts() const
{
    return m_work->counts;
}

std::int64_t DataView::rows() const
{
    return m_work->rows();
}

bool DataView::inSteps() const
{
    return m_work->module.steps() != nullptr;
}

bool DataView::editable() const
{
    return inSteps() || !info().forecasts();
}

bool DataView::canvas() const
{
    return m_work->experiment.data.source.kind == "canvas";
}

std::int64_t DataView::sampleOf(std::int64_t row) const
{
    return m_work->samples.empty() ? row : m_work->samples[std::size_t(row)];
}

const std::vector<ColumnHead>& DataView::columns() const
{
    return m_work->heads;
}

std::string DataView::cell(std::int64_t row, std::size_t column) const
{
    return m_work->cells[column].text(row);
}

bool DataView::missing(std::int64_t row, std::size_t column) const
{
    return m_work->cells[column].missing(row);
}

double DataView::number(std::int64_t row, std::size_t column) const
{
    return m_work->cells[column].number(row);
}

int DataView::part(std::int64_t row) const
{
    return m_work->parts[std::size_t(row)];
}

base::Result<std::vector<std::int64_t>> DataView::select(const RowQuery& query) const
{
    CORE_TRY(filter, data::RowFilter::parse(query.filter, m_work->cells));
    std::vector<std::int64_t> chosen;
    for (std::int64_t row = 0; row < rows(); ++row)
        if ((!query.part || part(row) == int(*query.part)) && filter(row))
            chosen.push_back(row);
    if (query.sortBy < 0 || std::size_t(query.sortBy) >= m_work->cells.size())
        return chosen;
    // Keys first: a sort asks for each many times. What is missing comes last either way.
    const CellColumn& column = m_work->cells[std::size_t(query.sortBy)];
    std::vector<std::pair<double, std::int64_t>> keys;
    keys.reserve(chosen.size());
    for (const std::int64_t row : chosen) {
        double key = column.missing(row) ? HUGE_VAL : column.number(row);
        if (query.descending && key != HUGE_VAL)
            key = -key;
        keys.emplace_back(key, row);
    }
    std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(keys.begin(), keys.end(), chosen.begin(), [](const auto& key) { return key.second; });
    return chosen;
}

std::vector<std::int64_t> DataView::spread(std::size_t wanted) const
{
    const auto& train = m_work->module.rows(SplitName::Train);
    const bool classes = info().classifies() && m_work->module.hasTargets();
    const std::size_t groups = classes ? info().classes.size() : 1;
    const std::size_t each = (wanted + groups - 1) / std::max<std::size_t>(groups, 1);
    std::vector<std::vector<std::int64_t>> byClass(groups);
    for (const std::int64_t row : train) {
        auto& list = byClass[classes ? std::size_t(m_work->module.target(row)) % groups : 0];
        if (list.size() < each)
            list.push_back(row);
    }
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < each; ++i)
        for (const auto& list : byClass)
            if (i < list.size() && chosen.size() < wanted)
                chosen.push_back(list[i]);
    return chosen;
}

base::Result<Look> DataView::look(std::int64_t row) const
{
    if (row < 0 || row >= m_work->module.size())
        return base::Error{base::ErrorKind::Usage, "there is no sample " + std::to_string(row), {}, {}};
    CORE_TRY(sample, m_work->module.sample(row));
    return m_work->lookOf(row, sample);
}

base::Result<Look> DataView::augmented(std::int64_t row, std::int64_t draw) const
{
    return m_work->augmented(row, draw);
}

std::vector<Point> DataView::points() const
{
    std::vector<Point> points;
    const data::DataModule& module = m_work->module;
    if (info().inputShape != std::vector<std::int64_t>{2} || info().modality != data::Modality::Table)
        return points;
    for (std::size_t p = 0; p < 3; ++p)
        for (const std::int64_t row : module.rows(SplitName(p)))
            points.push_back({module.inputCell(row, 0), module.inputCell(row, 1), std::int32_t(module.target(row)),
                              SplitName(p), row});
    return points;
}

}
