// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/data_charts.h"

#include "ui/pages/view_button.h"
#include "ui/plots/bar_chart.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/time_plot.h"
#include "ui/style/theme.h"

#include <QMenu>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ui::pages {

using core::session::CellKind;
using core::session::CellRole;
using core::session::ColumnHead;
using core::session::DataView;

namespace {

constexpr std::size_t stretches = 160, mapStretches = 100, mostTexts = 5000;

struct Kind {
    const char* key;
    const char* title;
};

constexpr Kind kinds[] = {{"balance", QT_TRANSLATE_NOOP("DataCharts", "Class balance")},
                          {"column", QT_TRANSLATE_NOOP("DataCharts", "Spread of the column")},
                          {"correlations", QT_TRANSLATE_NOOP("DataCharts", "Correlations")},
                          {"missing", QT_TRANSLATE_NOOP("DataCharts", "Missing values")},
                          {"time", QT_TRANSLATE_NOOP("DataCharts", "Along the rows")},
                          {"lengths", QT_TRANSLATE_NOOP("DataCharts", "Lengths of texts")}};

QStringList namesOf(const std::vector<ColumnHead>& columns)
{
    QStringList names;
    for (const ColumnHead& column : columns)
        names << QString::fromStdString(column.name);
    return names;
}

}

DataCharts::DataCharts(QWidget* parent)
    : QWidget(parent),
      m_button(new ViewButton(this)),
      m_stack(new QStackedLayout),
      m_bars(new plots::BarChart(this)),
      m_matrix(new plots::MatrixPlot(this)),
      m_time(new plots::TimePlot(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_button, 0, Qt::AlignLeft);
    column->addLayout(m_stack, 1);
    for (QWidget* chart :
         {static_cast<QWidget*>(m_bars), static_cast<QWidget*>(m_matrix), static_cast<QWidget*>(m_time)})
        m_stack->addWidget(chart);
    for (const Kind& kind : kinds) {
        QAction* action = m_button->menu()->addAction(tr(kind.title), this, [this, key = QLatin1String(kind.key)] {
            m_byHand = true;
            choose(key);
        });
        action->setData(QLatin1String(kind.key));
    }
    connect(m_matrix, &plots::MatrixPlot::clicked, this, [this](int line, int) {
        if (m_chosen == QLatin1String("missing"))
            Q_EMIT columnClicked(line);
        else if (std::size_t(line) < m_correlated.size())
            Q_EMIT columnClicked(int(m_correlated[std::size_t(line)]));
    });
}

QStringList DataCharts::offered() const
{
    QStringList keys;
    for (const QAction* action : m_button->menu()->actions())
        if (action->isVisible())
            keys << action->data().toString();
    return keys;
}

void DataCharts::offer()
{
    const auto& columns = m_view->columns();
    const bool table = m_view->inSteps() || m_view->info().modality == core::data::Modality::Table;
    const auto numbers = std::count_if(columns.begin(), columns.end(),
                                       [](const ColumnHead& column) { return column.kind == CellKind::Number; });
    for (QAction* action : m_button->menu()->actions()) {
        const QString key = action->data().toString();
        action->setVisible(key == QLatin1String("balance")        ? !m_view->info().classes.empty()
                           : key == QLatin1String("correlations") ? numbers > 1
                           : key == QLatin1String("lengths") ? m_view->info().modality == core::data::Modality::Text
                           : key == QLatin1String("time")    ? numbers > 0 && table
                                                             : !columns.empty() && table);
    }
    const QStringList keys = offered();
    // Of series the course says most.
    if (!m_byHand && m_view->inSteps() && keys.contains(QStringLiteral("time")))
        m_chosen = QStringLiteral("time");
    if (!keys.contains(m_chosen)) {
        m_byHand = false;
        m_chosen = keys.isEmpty() ? QString() : keys.front();
    }
}

void DataCharts::setView(std::shared_ptr<const DataView> view)
{
    m_view = std::move(view);
    setVisible(m_view != nullptr);
    if (!m_view)
        return;
    m_column = std::clamp(m_column, -1, int(m_view->columns().size()) - 1);
    offer();
    setVisible(!m_chosen.isEmpty());
    show();
}

void DataCharts::setColumn(int column)
{
    m_column = column;
    if (!m_byHand && m_view && !m_view->inSteps() && offered().contains(QStringLiteral("column")))
        m_chosen = QStringLiteral("column");
    show();
}

void DataCharts::choose(const QString& chart)
{
    m_chosen = chart;
    show();
}

void DataCharts::show()
{
    if (!m_view)
        return;
    for (const QAction* action : m_button->menu()->actions())
        if (action->data().toString() == m_chosen)
            m_button->setText(action->text());
    if (m_chosen == QLatin1String("balance"))
        showBalance();
    else if (m_chosen == QLatin1String("column"))
        showColumn();
    else if (m_chosen == QLatin1String("correlations"))
        showCorrelations();
    else if (m_chosen == QLatin1String("missing"))
        showMissing();
    else if (m_chosen == QLatin1String("time"))
        showTime();
    else if (m_chosen == QLatin1String("lengths"))
        showLengths();
}

void DataCharts::showBalance()
{
    QStringList classes;
    for (const std::string& name : m_view->info().classes)
        classes << QString::fromStdString(name);
    const QString names[] = {tr("training"), tr("validation"), tr("test")};
    const auto counts = m_view->classCounts();
    std::vector<plots::BarSeries> series;
    for (std::size_t split = 0; split < 3; ++split)
        if (std::accumulate(counts[split].begin(), counts[split].end(), std::int64_t(0)) > 0)
            series.push_back(
                {names[split], std::vector<double>(counts[split].begin(), counts[split].end()), int(split), split > 0});
    // Its own title stands above; the row it would have is left to the names of the splits.
    m_bars->setTitle(QStringLiteral(" "));
    m_bars->setBars(classes, std::move(series), classes.size() > 3 ? Qt::Horizontal : Qt::Vertical);
    m_stack->setCurrentWidget(m_bars);
}

void DataCharts::showColumn()
{
    m_stack->setCurrentWidget(m_bars);
    if (m_column < 0 || m_column >= int(m_view->columns().size())) {
        m_bars->clear();
        m_bars->setEmptyText(tr("Choose a column to see how its values are spread."));
        return;
    }
    const ColumnHead& column = m_view->columns()[std::size_t(m_column)];
    const QString name = QString::fromStdString(column.name);
    if (column.kind == CellKind::Text) {
        QStringList words;
        std::vector<double> counts;
        for (const auto& [word, count] : column.words) {
            words << QString::fromStdString(word);
            counts.push_back(double(count));
        }
        m_bars->setTitle(name, tr("%1 different").arg(style::count(column.distinct)));
        m_bars->setBars(words, {{tr("rows"), std::move(counts)}}, Qt::Horizontal);
        return;
    }
    std::vector<double> edges;
    const double unit = column.kind == CellKind::Time ? 86400 : 1;
    const double span = column.max > column.min ? column.max - column.min : 1;
    for (std::size_t i = 0; i <= column.histogram.size(); ++i)
        edges.push_back((column.min + span * double(i) / double(std::max<std::size_t>(column.histogram.size(), 1))) /
                        unit);
    m_bars->setTitle(name, column.kind == CellKind::Time ? tr("all rows, days since 1970") : tr("all rows"));
    m_bars->setHistogram(std::move(edges),
                         {{tr("rows"), std::vector<double>(column.histogram.begin(), column.histogram.end())}});
}

void DataCharts::showCorrelations()
{
    m_stack->setCurrentWidget(m_matrix);
    m_matrix->setTitle(tr("Pearson's r, −1 to 1"));
    m_preview.ask([view = m_view] { return view->correlations(); },
                  [this](DataView::Correlations found) {
                      if (m_chosen != QLatin1String("correlations"))
                          return;
                      QStringList names;
                      for (const std::size_t c : found.columns)
                          names << QString::fromStdString(m_view->columns()[c].name);
                      m_correlated = found.columns;
                      m_matrix->setValues(names, names, std::move(found.values), true);
                  });
}

void DataCharts::showMissing()
{
    m_stack->setCurrentWidget(m_matrix);
    const auto& columns = m_view->columns();
    const std::int64_t gaps = std::accumulate(columns.begin(), columns.end(), std::int64_t(0),
                                              [](std::int64_t n, const ColumnHead& c) { return n + c.missing; });
    m_matrix->setTitle(gaps == 0 ? tr("No cell is empty")
                                 : tr("%1 empty cells, from the first row to the last").arg(style::count(gaps)));
    m_preview.ask([view = m_view] { return view->missingMap(mapStretches); },
                  [this](std::vector<double> shares) {
                      if (m_chosen == QLatin1String("missing"))
                          m_matrix->setValues(namesOf(m_view->columns()), {}, std::move(shares), false);
                  });
}

void DataCharts::showTime()
{
    m_stack->setCurrentWidget(m_time);
    int column = m_column;
    const auto& columns = m_view->columns();
    const auto number = [&](int c) {
        return c >= 0 && c < int(columns.size()) && columns[std::size_t(c)].kind == CellKind::Number;
    };
    for (int c = 0; !number(column) && c < int(columns.size()); ++c)
        if (number(c) && (columns[std::size_t(c)].role == CellRole::Target || c + 1 == int(columns.size())))
            column = c;
    for (int c = 0; !number(column) && c < int(columns.size()); ++c)
        if (number(c))
            column = c;
    if (!number(column))
        return;
    const bool dates = !m_view->info().time.empty();
    const QString title =
        QString::fromStdString(columns[std::size_t(column)].name) + (dates ? tr(" over time") : tr(" over the rows"));
    m_preview.ask([view = m_view, column] { return view->timeLine(std::size_t(column), stretches); },
                  [this, title, dates](std::vector<core::session::TimeBin> line) {
                      std::vector<plots::TimeStretch> drawn;
                      for (const auto& bin : line)
                          drawn.push_back({bin.time, bin.low, bin.high, bin.mean, bin.part});
                      m_time->setLine(title, std::move(drawn), dates);
                  });
}

void DataCharts::showLengths()
{
    m_stack->setCurrentWidget(m_bars);
    m_preview.ask([view = m_view] { return view->textLengths(mostTexts); },
                  [this](std::vector<std::int64_t> lengths) {
                      if (lengths.empty() || m_chosen != QLatin1String("lengths"))
                          return;
                      const double most = double(*std::max_element(lengths.begin(), lengths.end())) + 1;
                      const int bins = int(std::min(20., most));
                      std::vector<double> counts(std::size_t(bins), 0.), edges;
                      for (const std::int64_t length : lengths)
                          ++counts[std::size_t(double(length) / most * bins)];
                      for (int i = 0; i <= bins; ++i)
                          edges.push_back(most * i / bins);
                      m_bars->setTitle(tr("Words in a text"), tr("training rows"));
                      m_bars->setHistogram(std::move(edges), {{tr("texts"), std::move(counts)}}, tr("words"));
                  });
}

}
