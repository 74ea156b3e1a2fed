// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/predictions_view.h"

#include "ui/bridge/worker.h"
#include "ui/models/run_model.h"
#include "ui/pages/sample_image.h"
#include "ui/plots/image_wall.h"
#include "ui/style/theme.h"

#include <QHeaderView>
#include <QTableWidget>

namespace ui::pages {

using core::events::PredictionFrame;
using core::session::SampleRow;

namespace {

enum Column { Row, Truth, Predicted, Confidence, Loss, Columns };

}

PredictionsView::PredictionsView(QWidget* parent)
    : QStackedWidget(parent),
      m_wall(new plots::ImageWall),
      m_table(new QTableWidget(0, Columns)),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    addWidget(m_wall);
    addWidget(m_table);
    m_wall->setTile(64);
    m_table->setHorizontalHeaderLabels({tr("row"), tr("truth"), tr("predicted"), tr("confidence"), tr("loss")});
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Predicted, QHeaderView::Stretch);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    m_table->setShowGrid(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAccessibleName(tr("Predictions, the worst first"));
    m_wall->setToolTip(
        tr("The rows on which the model errs most, by their loss: −log p(truth) for classes. Above stands "
           "the truth, below what was said and how surely. A click looks inside."));
    connect(m_wall, &plots::ImageWall::clicked, this, &PredictionsView::chose);
    connect(m_wall, &plots::ImageWall::activated, this, &PredictionsView::chose);
    connect(m_table, &QTableWidget::cellClicked, this, [this](int row) { chose(row); });
}

PredictionsView::~PredictionsView() = default;

void PredictionsView::setRun(const models::RunModel* run)
{
    m_run = run;
    m_given = false;
    ++m_generation;
    m_samples.clear();
    m_features.clear();
    m_step = -1;
    m_image = false;
    m_fetching = false;
    m_wall->setImages({});
    m_wall->setEmptyText(run ? tr("After the first evaluation the rows stand here on which the network errs most.")
                             : tr("Train a run: the rows on which it errs most will stand here."));
    setCurrentWidget(m_wall);
    m_table->setRowCount(0);
    refresh();
}

void PredictionsView::chose(int index)
{
    if (index >= 0 && std::size_t(index) < m_rows.size())
        Q_EMIT rowChosen(m_rows[std::size_t(index)]);
}

void PredictionsView::showRows(PredictionFrame frame)
{
    m_given = true;
    ++m_generation;
    m_fetching = false;
    if (frame.rows.empty()) {
        m_rows.clear();
        m_wall->setImages({});
        m_wall->setEmptyText(tr("No row is in this cell at this step."));
        m_table->setRowCount(0);
        return;
    }
    fetch(frame);
}

void PredictionsView::refresh()
{
    if (m_given || !m_run || m_run->predictions().empty()) {
        if (m_run && m_run->finished())
            m_wall->setEmptyText(tr("This run was recorded without a window: its predictions were not kept."));
        return;
    }
    const PredictionFrame& frame = *m_run->prediction();
    if (frame.step == m_step || m_fetching || !isVisible())
        return;
    m_step = frame.step;
    bool missing = m_samples.empty();
    for (const auto& row : frame.rows)
        missing = missing || (m_image && !m_samples.contains(row.row));
    if (missing)
        fetch(frame);
    else
        show(frame);
}

void PredictionsView::fetch(const PredictionFrame& frame)
{
    std::vector<std::int64_t> rows;
    for (const auto& row : frame.rows)
        if (!m_samples.contains(row.row))
            rows.push_back(row.row);
    m_fetching = true;
    m_worker->run([this, frame, rows, spec = m_run->spec(), generation = m_generation]() -> bridge::Worker::Answer {
        auto preview = core::session::previewRows(spec, rows);
        return [this, frame, generation, preview = std::move(preview)] {
            if (generation != m_generation)
                return;
            m_fetching = false;
            if (preview) {
                m_image = preview->info.image();
                for (const SampleRow& sample : preview->samples)
                    m_samples[sample.row] = sample;
            }
            show(frame);
            refresh();
        };
    });
}

QString PredictionsView::nameOf(double target) const
{
    const auto& classes = m_run->opened().classes;
    if (classes.empty())
        return style::number(target);
    const auto i = std::size_t(target);
    return i < classes.size() ? QString::fromStdString(classes[i]) : QString::number(target);
}

void PredictionsView::show(const PredictionFrame& frame)
{
    setCurrentWidget(m_image ? static_cast<QWidget*>(m_wall) : m_table);
    m_image ? showWall(frame) : showTable(frame);
}

void PredictionsView::showWall(const PredictionFrame& frame)
{
    std::vector<plots::WallImage> images;
    m_rows.clear();
    for (const auto& row : frame.rows) {
        const auto sample = m_samples.find(row.row);
        if (sample == m_samples.end())
            continue;
        const bool wrong = row.truth != row.predicted;
        const QString said = wrong ? tr("%1 %2").arg(nameOf(row.predicted), style::percent(row.confidence, 2))
                                   : style::percent(row.confidence, 2);
        m_rows.push_back(row.row);
        images.push_back({imageOf(sample->second), nameOf(row.truth), said, wrong});
    }
    m_wall->setImages(std::move(images));
}

void PredictionsView::showTable(const PredictionFrame& frame)
{
    const bool classes = !m_run->opened().classes.empty();
    m_table->setColumnHidden(Confidence, !classes);
    m_table->setRowCount(int(frame.rows.size()));
    m_rows.clear();
    for (const auto& row : frame.rows)
        m_rows.push_back(row.row);
    for (int i = 0; i < m_table->rowCount(); ++i) {
        const auto& row = frame.rows[std::size_t(i)];
        const bool wrong = classes && row.truth != row.predicted;
        const QString texts[Columns] = {style::count(row.row), nameOf(row.truth),
                                        (wrong ? QStringLiteral("▲ ") : QString()) + nameOf(row.predicted),
                                        style::percent(row.confidence), style::number(row.loss)};
        for (int column = 0; column < Columns; ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            if (wrong && column == Predicted)
                item->setForeground(style::theme().problem);
            m_table->setItem(i, column, item);
        }
    }
}

}
