// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/data_page.h"

#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/models/samples_table.h"
#include "ui/pages/before_after.h"
#include "ui/pages/column_list.h"
#include "ui/pages/hairline.h"
#include "ui/pages/split_bar.h"
#include "ui/plots/bar_chart.h"
#include "ui/plots/image_wall.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"
#include "ui/style/theme.h"

#include <QHeaderView>
#include <QPushButton>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace ui::pages {

using core::base::Error;
using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::session::DataPreview;
using style::Label;
using style::Tone;

namespace {

constexpr std::size_t samplesShown = 120;
constexpr std::size_t problemsShown = 4;

QString shapeText(const core::data::DatasetInfo& info)
{
    QStringList sides;
    for (const std::int64_t side : info.inputShape)
        sides << QString::number(side);
    // Channels last, as pictures are spoken of.
    if (info.image())
        return QStringLiteral("%1 × %2, %3")
            .arg(sides[2], sides[1],
                 info.inputShape[0] == 1 ? DataPage::tr("grey") : DataPage::tr("%1 channels").arg(sides[0]));
    return sides.value(0) == QLatin1String("1") ? DataPage::tr("1 feature")
                                                : DataPage::tr("%1 features").arg(sides.value(0, QStringLiteral("0")));
}

QPushButton* flatButton(const QString& text, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setProperty("flat", true);
    return button;
}

}

DataPage::DataPage(bridge::Workbench& bench, QWidget* parent)
    : Page(parent),
      m_bench(bench),
      m_title(new Label({}, Tone::Heading, this)),
      m_facts(new Label({}, Tone::Muted, this)),
      m_state(new Label({}, Tone::Muted, this)),
      m_listTitle(new Label(tr("Columns"), Tone::Strong, this)),
      m_failure(new Label({}, Tone::Problem, this)),
      m_columns(new ColumnList(this)),
      m_left(new QWidget(this)),
      m_balanceTitle(new Label(tr("Class balance, rows"), Tone::Strong, this)),
      m_balance(new plots::BarChart(this)),
      m_histogram(new plots::BarChart(this)),
      m_split(new SplitBar(this)),
      m_pipeline(new forms::SchemaForm(bench.document(), this)),
      m_pairs(new BeforeAfter(this)),
      m_below(new QWidget(this)),
      m_pipelineArea(new QWidget(this))
{
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    m_facts->setContentsMargins(0, 0, 0, 1);
    head->addWidget(m_facts, 0, Qt::AlignBottom);
    head->addStretch();
    head->addWidget(m_state);

    auto* left = new QVBoxLayout(m_left);
    left->setContentsMargins(0, 0, 0, 0);
    left->setSpacing(8);
    left->addWidget(m_listTitle);
    left->addWidget(m_columns, 1);
    m_left->setFixedWidth(216);
    auto* right = new QVBoxLayout;
    right->setSpacing(8);
    right->addWidget(m_balanceTitle);
    right->addWidget(m_balance, 1);
    right->addWidget(m_histogram, 1);
    auto* middle = makeMiddle();
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addWidget(m_left);
    row->addWidget(middle, 1);
    row->addLayout(right);
    for (plots::BarChart* chart : {m_balance, m_histogram})
        chart->setFixedWidth(264);

    fillBelow();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 12);
    column->setSpacing(12);
    column->addLayout(head);
    column->addLayout(row, 1);
    column->addWidget(m_below);
    connect(m_columns, &ColumnList::currentChanged, this, &DataPage::showColumn);
    connect(&m_preview, &bridge::Preview::slow, this,
            [this](bool slow) { m_state->setText(slow ? tr("reading the data…") : QString()); });
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &DataPage::ask);
}

void DataPage::fillBelow()
{
    m_pipeline->setPaths({QStringLiteral("augment")});
    m_pipeline->setFixedWidth(336);
    auto* pipelineColumn = new QVBoxLayout(m_pipelineArea);
    pipelineColumn->setContentsMargins(0, 0, 0, 0);
    pipelineColumn->setSpacing(12);
    pipelineColumn->addWidget(new Hairline);
    auto* pipelineRow = new QHBoxLayout;
    pipelineRow->setSpacing(24);
    pipelineColumn->addLayout(pipelineRow);
    auto* chips = new QVBoxLayout;
    chips->setSpacing(0);
    chips->addWidget(new Label(tr("Augmentation of the training rows"), Tone::Strong, this));
    chips->addWidget(m_pipeline);
    chips->addStretch();
    pipelineRow->addLayout(chips);
    pipelineRow->addWidget(m_pairs, 100, Qt::AlignVCenter);
    pipelineRow->addStretch(1);
    auto* below = new QVBoxLayout(m_below);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(12);
    below->addWidget(m_split);
    below->addWidget(m_pipelineArea);
    below->addWidget(new Hairline);
    m_problems = new QVBoxLayout;
    m_problems->setSpacing(4);
    below->addLayout(m_problems);
}

QWidget* DataPage::makeMiddle()
{
    auto* middle = new QWidget(this);
    m_middle = new QStackedLayout(middle);
    m_rows = new models::SamplesTable(this);
    m_table = new QTableView(middle);
    m_table->setHorizontalHeader(new style::TableHeader(m_table));
    m_table->setModel(m_rows);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setAccessibleName(tr("Rows"));
    m_table->horizontalHeader()->setResizeContentsPrecision(0);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_wall = new plots::ImageWall(middle);
    m_wall->setTile(76);
    m_points = new plots::SurfacePlot(middle);
    m_points->setScaleShown(false);
    m_points->setAccessibleName(tr("Rows as points"));
    m_failure->setWordWrap(true);
    m_failure->setAlignment(Qt::AlignCenter);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QWidget* view : {static_cast<QWidget*>(m_table), static_cast<QWidget*>(m_wall),
                          static_cast<QWidget*>(m_points), static_cast<QWidget*>(m_failure)})
        m_middle->addWidget(view);
    return middle;
}

QStringList DataPage::inspected() const
{
    // The source first: everything else is about it.
    QStringList paths{QStringLiteral("data.source")};
    for (const char* key : {"rows", "target", "features", "task", "missing", "normalize", "format"})
        paths << QStringLiteral("data.") + QLatin1String(key);
    return paths << QStringLiteral("split");
}

void DataPage::showEvent(QShowEvent*)
{
    ask();
}

void DataPage::ask()
{
    if (!isVisible())
        return;
    const Value resolved = m_bench.document().resolved();
    const Value asked = Object{{"data", resolved["data"]},
                               {"split", resolved["split"]},
                               {"augment", resolved["augment"]},
                               {"seed", resolved["train"]["seed"]}};
    if (asked == m_asked)
        return;
    m_asked = asked;
    m_preview.ask(
        [resolved] {
            Seen seen{core::session::previewData(resolved, samplesShown), {}};
            if (seen.data && seen.data->info.inputShape == std::vector<std::int64_t>{2})
                if (auto points = core::session::previewPoints(resolved))
                    seen.points = std::move(*points);
            return seen;
        },
        [this](Seen seen) { take(std::move(seen)); });
}

void DataPage::take(Seen seen)
{
    if (!seen.data) {
        showFailure(seen.data.error());
        return;
    }
    m_shown = std::move(*seen.data);
    m_below->show();
    showFacts();
    showRows(std::move(seen.points));
    showFigures();
    showPipeline();
    showProblems();
}

void DataPage::showFailure(const Error& error)
{
    m_shown = {};
    m_title->setText(tr("The data cannot be read"));
    m_facts->clear();
    QString text = QStringLiteral("▲ ");
    if (!error.where.empty())
        text += QString::fromStdString(error.where) + QStringLiteral("\n");
    text += QString::fromStdString(error.message);
    if (!error.advice.empty())
        text += QStringLiteral("\n") + QString::fromStdString(error.advice);
    m_failure->setText(text);
    m_middle->setCurrentWidget(m_failure);
    for (QWidget* part : {m_left, m_below, static_cast<QWidget*>(m_balanceTitle), static_cast<QWidget*>(m_balance),
                          static_cast<QWidget*>(m_histogram)})
        part->hide();
}

QString DataPage::headline() const
{
    return m_title->text() + QLatin1Char(' ') + m_facts->text();
}

void DataPage::showFacts()
{
    const auto& info = m_shown.info;
    m_title->setText(QString::fromStdString(info.name).section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty));
    QStringList facts{tr("%1 rows").arg(style::count(info.rows)), shapeText(info)};
    if (info.testRows > 0)
        facts.insert(1, tr("%1 test rows of its own").arg(style::count(info.testRows)));
    if (!info.classes.empty())
        facts << tr("%1 classes").arg(info.classes.size());
    facts << QString::fromStdString(info.task);
    m_facts->setText(facts.join(QStringLiteral(" · ")));
}

void DataPage::showRows(std::vector<core::session::Point> points)
{
    const auto& info = m_shown.info;
    if (info.image()) {
        std::vector<plots::WallImage> images;
        for (const auto& sample : m_shown.samples)
            images.push_back({imageOf(sample), models::targetText(info, sample.target)});
        m_wall->setImages(std::move(images));
        m_middle->setCurrentWidget(m_wall);
        return;
    }
    m_rows->setPreview(info, m_shown.samples);
    m_table->resizeColumnsToContents();
    if (points.empty() || info.classes.empty()) {
        m_middle->setCurrentWidget(m_table);
        return;
    }
    std::vector<plots::SurfacePoint> shown;
    for (const auto& point : points)
        if (point.split != core::data::SplitName::Test)
            shown.push_back({point.x, point.y, point.target, point.split == core::data::SplitName::Validation});
    QStringList classes;
    for (const std::string& name : info.classes)
        classes << QString::fromStdString(name);
    m_points->setClasses(classes);
    m_points->setFeatures(QString::fromStdString(info.features.empty() ? "x" : info.features[0]),
                          QString::fromStdString(info.features.size() < 2 ? "y" : info.features[1]));
    m_points->setPoints(std::move(shown));
    m_middle->setCurrentWidget(m_points);
}

void DataPage::showFigures()
{
    const auto& info = m_shown.info;
    m_left->setVisible(!m_shown.columns.empty());
    m_columns->setColumns(m_shown.columns);
    m_histogram->setVisible(!m_shown.columns.empty());
    showColumn(m_columns->current());
    m_split->setRows(m_shown.splitRows);
    m_balance->setVisible(!info.classes.empty());
    m_balanceTitle->setVisible(!info.classes.empty());
    if (info.classes.empty())
        return;
    QStringList classes;
    for (const std::string& name : info.classes)
        classes << QString::fromStdString(name);
    const QString names[] = {tr("training"), tr("validation"), tr("test")};
    std::vector<plots::BarSeries> series;
    for (std::size_t split = 0; split < 3; ++split) {
        const auto& counts = m_shown.classCounts[split];
        if (std::accumulate(counts.begin(), counts.end(), std::int64_t(0)) > 0)
            series.push_back({names[split], std::vector<double>(counts.begin(), counts.end()), int(split), split > 0});
    }
    // Its own title stands above; the row it would have is left to the names of the splits.
    m_balance->setTitle(QStringLiteral(" "));
    m_balance->setBars(classes, std::move(series), classes.size() > 3 ? Qt::Horizontal : Qt::Vertical);
}

void DataPage::showColumn(int index)
{
    if (index < 0 || index >= int(m_shown.columns.size()))
        return;
    const auto& column = m_shown.columns[std::size_t(index)];
    std::vector<double> edges;
    const double span = column.max > column.min ? column.max - column.min : 1;
    for (std::size_t i = 0; i <= column.histogram.size(); ++i)
        edges.push_back(column.min + span * double(i) / double(std::max<std::size_t>(column.histogram.size(), 1)));
    m_histogram->setTitle(QString::fromStdString(column.name), tr("training rows"));
    m_histogram->setHistogram(
        std::move(edges), {{tr("training"), std::vector<double>(column.histogram.begin(), column.histogram.end())}});
}

void DataPage::showPipeline()
{
    m_pipelineArea->setVisible(m_shown.info.image());
    std::vector<std::pair<QImage, QImage>> pairs;
    for (std::size_t i = 0; i < std::min(m_shown.augmented.size(), m_shown.samples.size()) && i < 16; ++i)
        pairs.emplace_back(imageOf(m_shown.samples[i]), imageOf(m_shown.samples[i], m_shown.augmented[i]));
    m_pairs->setVisible(!pairs.empty());
    m_pairs->setPairs(std::move(pairs));
}

void DataPage::showProblems()
{
    while (QLayoutItem* item = m_problems->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (m_shown.problems.empty()) {
        m_problems->addWidget(new Label(tr("Nothing was found that would spoil a training."), Tone::Muted, this));
        return;
    }
    for (std::size_t i = 0; i < std::min(m_shown.problems.size(), problemsShown); ++i) {
        const auto& problem = m_shown.problems[i];
        auto* line = new QWidget(this);
        auto* row = new QHBoxLayout(line);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(8);
        auto* what = new Label(QStringLiteral("▲ ") + QString::fromStdString(problem.message), Tone::Problem, line);
        auto* remedy = new Label(QString::fromStdString(problem.remedy), Tone::Muted, line);
        remedy->setElided(Qt::ElideRight);
        row->addWidget(what);
        row->addWidget(remedy, 1);
        if (problem.kind == "missing_values")
            for (const char* way : {"drop", "mean"}) {
                auto* button = flatButton(QLatin1String(way) == QLatin1String("drop") ? tr("Drop these rows")
                                                                                      : tr("Fill with the mean"),
                                          line);
                connect(button, &QPushButton::clicked, this,
                        [this, way] { m_bench.document().set(QStringLiteral("data.missing"), way); });
                row->addWidget(button);
            }
        m_problems->addWidget(line);
    }
    if (m_shown.problems.size() > problemsShown)
        m_problems->addWidget(
            new Label(tr("and %1 more").arg(m_shown.problems.size() - problemsShown), Tone::Muted, this));
}

QStringList DataPage::problems() const
{
    QStringList lines;
    for (const auto& problem : m_shown.problems)
        lines << QString::fromStdString(problem.message);
    return lines;
}

}
