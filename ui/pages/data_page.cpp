// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/data_page.h"

#include "ui/bridge/data_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/models/data_text.h"
#include "ui/pages/before_after.h"
#include "ui/pages/column_list.h"
#include "ui/pages/data_charts.h"
#include "ui/pages/doctor_list.h"
#include "ui/pages/hairline.h"
#include "ui/pages/look_view.h"
#include "ui/pages/mode_bar.h"
#include "ui/pages/points_view.h"
#include "ui/pages/rows_view.h"
#include "ui/pages/sample_wall.h"
#include "ui/pages/split_bar.h"
#include "ui/pages/words.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QKeyEvent>
#include <QMimeData>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Error;
using core::base::Value;
using core::data::Modality;
using core::session::DataView;
using style::Label;
using style::Tone;

namespace {

constexpr std::size_t pairsShown = 16;

}

DataPage::DataPage(bridge::Workbench& bench, QWidget* parent)
    : Page(parent),
      m_bench(bench),
      m_desk(new bridge::DataDesk(bench, this)),
      m_drawing(new bridge::Preview(this)),
      m_title(new Label({}, Tone::Heading, this)),
      m_facts(new Label({}, Tone::Muted, this)),
      m_state(new Label({}, Tone::Muted, this)),
      m_failure(new Label({}, Tone::Problem, this)),
      m_advice(new Label({}, Tone::Muted, this)),
      m_switch(flatButton({}, this)),
      m_clear(flatButton({}, this)),
      m_save(flatButton(tr("Save rows…"), this)),
      m_suggest(flatButton(tr("Suggest"), this)),
      m_newDraw(flatButton(tr("New draw"), this)),
      m_columns(new ColumnList(this)),
      m_left(new QWidget(this)),
      m_rows(new RowsView(*m_desk, this)),
      m_wall(new SampleWall(*m_desk, this)),
      m_points(new PointsView(*m_desk, this)),
      m_look(new LookView(this)),
      m_charts(new DataCharts(this)),
      m_split(new SplitBar(this)),
      m_modes(new ModeBar(bench, this)),
      m_pipeline(new forms::SchemaForm(bench.document(), this)),
      m_pairs(new BeforeAfter(this)),
      m_below(new QWidget(this)),
      m_pipelineArea(new QWidget(this)),
      m_doctor(new DoctorList(this))
{
    setAcceptDrops(true);
    auto* left = new QVBoxLayout(m_left);
    left->setContentsMargins(0, 0, 0, 0);
    left->setSpacing(8);
    left->addWidget(new Label(tr("Columns"), Tone::Strong, this));
    left->addWidget(m_columns, 1);
    m_left->setFixedWidth(216);
    m_charts->setFixedWidth(264);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addWidget(m_left);
    row->addWidget(makeMiddle(), 1);
    row->addWidget(m_charts);
    fillBelow();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 12);
    column->setSpacing(12);
    column->addLayout(makeHead());
    column->addLayout(row, 1);
    column->addWidget(m_below);
    connectParts();
}

DataPage::~DataPage() = default;

QLayout* DataPage::makeHead()
{
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    m_facts->setContentsMargins(0, 2, 0, 0);
    m_facts->setElided(Qt::ElideRight);
    head->addWidget(m_facts, 1);
    head->addWidget(m_state);
    for (QPushButton* button : {m_switch, m_clear, m_save})
        head->addWidget(button);
    m_clear->setToolTip(tr("Takes back all that was changed by hand in the data; one undo step"));
    m_save->setToolTip(tr("Writes the rows as they stand here to a CSV or HDF5 file, with a recipe of the edits"));
    return head;
}

QWidget* DataPage::makeMiddle()
{
    auto* middle = new QWidget(this);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    m_middle = new QStackedLayout;
    column->addLayout(m_middle, 1);
    column->addWidget(m_look);
    m_look->setFixedHeight(m_look->sizeHint().height());
    m_failure->setWordWrap(true);
    m_failure->setAlignment(Qt::AlignCenter);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QWidget* view : {static_cast<QWidget*>(m_rows), static_cast<QWidget*>(m_wall), static_cast<QWidget*>(m_points),
                          static_cast<QWidget*>(m_failure)})
        m_middle->addWidget(view);
    return middle;
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
    auto* chipHead = new QHBoxLayout;
    chipHead->addWidget(new Label(tr("Augmentation of the training rows"), Tone::Strong, this), 1);
    chipHead->addWidget(m_newDraw);
    m_newDraw->setToolTip(tr("The same rows as another epoch would see them"));
    chips->addLayout(chipHead);
    chips->addWidget(m_pipeline);
    chips->addStretch();
    pipelineRow->addLayout(chips);
    pipelineRow->addWidget(m_pairs, 100, Qt::AlignVCenter);
    pipelineRow->addStretch(1);
    auto* splitHead = new QHBoxLayout;
    splitHead->setSpacing(12);
    splitHead->addWidget(m_suggest);
    splitHead->addWidget(m_advice, 1);
    m_advice->setElided(Qt::ElideRight);
    auto* below = new QVBoxLayout(m_below);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(12);
    auto* split = new QVBoxLayout;
    split->setSpacing(2);
    split->addWidget(m_split);
    split->addLayout(splitHead);
    split->addWidget(m_modes);
    below->addLayout(split);
    below->addWidget(m_pipelineArea);
    below->addWidget(new Hairline);
    below->addWidget(m_doctor);
}

void DataPage::connectParts()
{
    connect(m_desk, &bridge::DataDesk::opened, this, &DataPage::take);
    connect(m_desk, &bridge::DataDesk::failed, this, &DataPage::showFailure);
    connect(m_desk, &bridge::DataDesk::slow, this,
            [this](bool slow) { m_state->setText(slow ? tr("reading the data…") : QString()); });
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, [this] {
        if (isVisible())
            m_desk->ask();
    });
    connect(m_columns, &ColumnList::currentChanged, this, [this](int column) {
        m_charts->setColumn(column);
        m_rows->showColumn(column);
    });
    connect(m_charts, &DataCharts::columnClicked, m_columns, &ColumnList::setCurrent);
    connect(m_rows, &RowsView::currentChanged, this, [this](qint64 row) {
        if (const auto view = shown(); view && row >= 0 && row < view->rows())
            lookAt(view->sampleOf(row));
    });
    connect(m_wall, &SampleWall::currentChanged, this, &DataPage::lookAt);
    connect(m_doctor, &DoctorList::remedied, m_desk, &bridge::DataDesk::apply);
    connect(m_doctor, &DoctorList::shown, this, &DataPage::showProblem);
    connect(m_clear, &QPushButton::clicked, m_desk, &bridge::DataDesk::clearEdits);
    connect(m_save, &QPushButton::clicked, this, &DataPage::saveRows);
    connect(m_switch, &QPushButton::clicked, this,
            [this] { setMiddle(m_middleName == QLatin1String("rows") ? QString() : QStringLiteral("rows")); });
    connect(m_newDraw, &QPushButton::clicked, this, [this] {
        ++m_draw;
        showPipeline();
    });
    connect(m_suggest, &QPushButton::clicked, this, [this] {
        if (!shown())
            return;
        const core::data::SplitAdvice advice = shown()->advice();
        std::vector<std::pair<QString, Value>> changes{{QStringLiteral("split.kind"), advice.kind}};
        if (!advice.group.empty())
            changes.emplace_back(QStringLiteral("split.group"), advice.group);
        m_bench.document().setAll(changes, tr("Divide as suggested"));
    });
}

QStringList DataPage::inspected() const
{
    QStringList paths{QStringLiteral("data.source"), QStringLiteral("data.channels")}; // all else is about these
    for (const char* key : {"rows", "target", "features", "task", "missing", "normalize", "format", "sampler", "copies",
                            "mode", "shuffle_buffer"})
        paths << QStringLiteral("data.") + QLatin1String(key);
    if (const auto view = shown()) {
        const Modality modality = view->info().modality;
        if (modality == Modality::Table)
            paths << QStringLiteral("data.encode");
        if (modality == Modality::Image)
            paths << QStringLiteral("data.image");
        if (modality == Modality::Audio)
            paths << QStringLiteral("data.audio");
        if (modality == Modality::Text)
            paths << QStringLiteral("data.tokens") << QStringLiteral("data.text");
        if (view->info().task == "forecasting")
            paths << QStringLiteral("data.window");
    }
    return paths << QStringLiteral("split");
}

std::shared_ptr<const DataView> DataPage::shown() const
{
    return m_desk->view();
}

bool DataPage::busy() const
{
    return m_desk->busy() || m_rows->busy() || m_wall->busy() || m_drawing->busy() || m_charts->busy();
}

void DataPage::showEvent(QShowEvent*)
{
    m_desk->ask();
}

void DataPage::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void DataPage::dropEvent(QDropEvent* event)
{
    if (!event->mimeData()->hasUrls())
        return;
    event->acceptProposedAction();
    m_desk->openPath(event->mimeData()->urls().front().toLocalFile());
}

void DataPage::keyPressEvent(QKeyEvent* event)
{
    const bool plain = !(event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier));
    if (!plain || !m_points->isVisible() || !m_points->pressKey(event->key()))
        Page::keyPressEvent(event);
}

void DataPage::take()
{
    const auto view = shown();
    m_below->show();
    m_left->setVisible(!view->columns().empty() && (view->inSteps() || view->info().modality == Modality::Table));
    m_columns->setColumns(view->columns());
    m_charts->setView(view);
    showFacts();
    showMiddle();
    showSplit();
    showPipeline();
    m_doctor->setProblems(view->problems());
    Q_EMIT inspectedChanged();
}

void DataPage::showFailure(const Error& error)
{
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
    for (QWidget* part : {m_left, m_below, static_cast<QWidget*>(m_charts), static_cast<QWidget*>(m_look),
                          static_cast<QWidget*>(m_switch), static_cast<QWidget*>(m_save)})
        part->hide();
    m_clear->setVisible(m_desk->edits() > 0);
    m_clear->setText(tr("Take %1 edits back").arg(m_desk->edits()));
}

QString DataPage::headline() const
{
    return m_title->text() + QLatin1Char(' ') + m_facts->text();
}

void DataPage::showFacts()
{
    const auto& info = shown()->info();
    m_title->setText(QString::fromStdString(info.name).section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty));
    QStringList facts{info.streamedRows > info.rows
                          ? tr("%1 of %2 rows").arg(style::count(info.rows), style::count(info.streamedRows))
                          : tr("%1 rows").arg(style::count(info.rows)),
                      models::shapeText(info)};
    if (shown()->inSteps())
        facts.insert(0, tr("%1 steps").arg(style::count(shown()->rows())));
    if (info.testRows > 0)
        facts.insert(1, tr("%1 test rows of its own").arg(style::count(info.testRows)));
    if (!info.classes.empty())
        facts << tr("%1 classes").arg(info.classes.size());
    facts << QString::fromStdString(info.task);
    m_facts->setText(facts.join(QStringLiteral(" · ")));
    const int edits = m_desk->edits();
    m_clear->setVisible(edits > 0);
    m_clear->setText(edits == 1 ? tr("Take 1 edit back") : tr("Take %1 edits back").arg(edits));
    m_save->setVisible(!shown()->columns().empty() && info.modality != Modality::Image &&
                       info.modality != Modality::Audio);
}

void DataPage::setMiddle(const QString& name)
{
    m_middleName = name;
    if (shown())
        showMiddle();
}

void DataPage::showMiddle()
{
    const auto view = shown();
    const bool pictures = view->info().modality == Modality::Image;
    const bool points = view->canvas() || (!view->info().classes.empty() && !view->points().empty());
    const bool asRows = m_middleName == QLatin1String("rows") || (!pictures && !points);
    m_switch->setVisible(pictures || points);
    m_switch->setText(asRows ? (pictures ? tr("As pictures") : tr("As points")) : tr("As a table"));
    m_rows->setView(asRows ? view : nullptr);
    m_wall->setView(!asRows && pictures ? view : nullptr);
    m_points->setView(!asRows && points ? view : nullptr);
    m_middle->setCurrentWidget(asRows     ? static_cast<QWidget*>(m_rows)
                               : pictures ? static_cast<QWidget*>(m_wall)
                                          : static_cast<QWidget*>(m_points));
    // Keys choose the class from the start.
    if (!asRows && view->canvas() && view->rows() == 0)
        m_points->plot()->setFocus();
    // A row of a table says all in its cells.
    m_look->setVisible(view->info().modality != Modality::Table && (asRows || view->info().task != "classification"));
    m_look->setLook({});
    // Something to look at from the start.
    if (const auto first = view->spread(1); !m_look->isHidden() && !first.empty())
        lookAt(first.front());
}

void DataPage::lookAt(qint64 row)
{
    const auto view = shown();
    if (!view || row < 0 || m_look->isHidden())
        return;
    if (auto look = view->look(row))
        m_look->setLook(std::move(*look));
}

void DataPage::showSplit()
{
    const auto view = shown();
    m_split->setRows(view->splitRows());
    const auto& split = m_bench.document().resolved()["split"];
    m_split->setFolds(QString::fromStdString(view->splitKind()), view->folds(), split["window"].text() == "sliding");
    const core::data::SplitAdvice advice = view->advice();
    const bool taken = advice.kind == view->splitKind();
    m_suggest->setVisible(!taken && view->rows() > 0);
    m_advice->setVisible(view->rows() > 0);
    m_advice->setText(
        taken ? tr("%1, as advised: %2").arg(QString::fromStdString(advice.kind), QString::fromStdString(advice.rule))
              : tr("%1 – %2").arg(QString::fromStdString(advice.kind), QString::fromStdString(advice.rule)));
    m_suggest->setToolTip(
        tr("Sets split.kind to %1: %2").arg(QString::fromStdString(advice.kind), QString::fromStdString(advice.rule)));
}

void DataPage::showPipeline()
{
    const auto view = shown();
    if (!view)
        return;
    const bool augmented = !m_bench.document().resolved()["augment"].array().empty();
    m_newDraw->setVisible(augmented);
    m_pairs->setVisible(augmented);
    if (!augmented) {
        m_pairs->setPairs({});
        return;
    }
    m_drawing->ask(
        [view, draw = m_draw] {
            std::vector<BeforeAfter::Pair> pairs;
            for (const std::int64_t row : view->spread(pairsShown)) {
                auto before = view->look(row);
                auto after = view->augmented(row, draw);
                if (before && after)
                    pairs.push_back({std::move(*before), std::move(*after)});
            }
            return pairs;
        },
        [this](std::vector<BeforeAfter::Pair> pairs) { m_pairs->setPairs(std::move(pairs)); });
}

void DataPage::showProblem(const core::data::Problem& problem)
{
    const auto view = shown();
    if (!view)
        return;
    for (std::size_t c = 0; c < view->columns().size(); ++c)
        if (view->columns()[c].name == problem.column)
            m_columns->setCurrent(int(c));
    if (problem.rows.empty())
        return;
    if (view->info().modality == Modality::Image && m_middleName != QLatin1String("rows")) {
        m_wall->show(problem.rows);
        return;
    }
    setMiddle(QStringLiteral("rows"));
    m_rows->show(problem.rows.front());
}

void DataPage::saveRows()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Save the rows"), QStringLiteral("rows.csv"),
                                                      tr("CSV (*.csv);;TSV (*.tsv);;HDF5 (*.h5 *.hdf5)"));
    if (file.isEmpty())
        return;
    m_state->setText(tr("saving…"));
    m_desk->save(file, [this](const core::base::Result<std::int64_t>& rows) {
        m_state->setText(rows ? tr("%1 rows saved").arg(style::count(*rows)) : QString());
        if (!rows)
            Q_EMIT m_bench.trouble(rows.error());
    });
}

QStringList DataPage::problems() const
{
    QStringList lines;
    if (const auto view = shown())
        for (const auto& problem : view->problems())
            lines << QString::fromStdString(problem.message);
    return lines;
}

}
