// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/embedding_view.h"

#include "core/session/inspect.h"
#include "ui/bridge/looker.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/sample_image.h"
#include "ui/plots/scatter_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>

namespace ui::pages {

using core::base::Result;
using core::session::Embedding;
using core::session::Seen;
using core::session::Tsne;
using style::Label;
using style::theme;
using style::Tone;

EmbeddingView::EmbeddingView(QWidget* parent)
    : QWidget(parent),
      m_plot(new plots::ScatterPlot),
      m_button(new QPushButton(tr("t-SNE"))),
      m_again(new QPushButton(tr("Look again"))),
      m_progress(new QProgressBar),
      m_picture(new QLabel),
      m_note(new Label({}, Tone::Muted)),
      m_hovered(new Label({}, Tone::Muted)),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_note);
    column->addWidget(m_progress);
    column->addWidget(m_plot, 1);
    auto* row = new QHBoxLayout;
    row->addWidget(m_picture);
    row->addWidget(m_hovered, 1);
    row->addWidget(m_again);
    row->addWidget(m_button);
    column->addLayout(row);
    m_note->setWordWrap(true);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_progress->hide();
    m_picture->setFixedSize(QSize(48, 48) * theme().scale);
    m_picture->setScaledContents(true);
    m_hovered->setWordWrap(true);
    m_button->setObjectName(QStringLiteral("tsne"));
    m_button->setToolTip(
        tr("t-SNE (van der Maaten 2008): near neighbours stay near, perplexity 30. It takes some seconds.\nHow far "
           "clusters are from each other, and how large, says nothing; that they are apart does."));
    m_again->setToolTip(tr("Looks at the network as it is now; it has learned since."));
    m_plot->setToolTip(
        tr("Each point is a validation row, where the last layer sees it. Principal components: the two directions in "
           "which the rows differ most; beside them stands the share of all variance that they hold.\nClasses in "
           "clusters of their own: the network tells them apart. A ring: the row is taken for another class."));
    m_plot->setTell([this](int point) { return tell(point); });
    connect(m_plot, &plots::ScatterPlot::hovered, this, &EmbeddingView::hover);
    connect(m_plot, &plots::ScatterPlot::chosen, this, [this](int point) {
        if (m_embedding)
            Q_EMIT rowChosen(m_embedding->rows[std::size_t(point)]);
    });
    connect(m_button, &QPushButton::clicked, this, &EmbeddingView::project);
    connect(m_again, &QPushButton::clicked, this, &EmbeddingView::ask);
    setRun(nullptr);
}

EmbeddingView::~EmbeddingView()
{
    if (m_looker)
        m_looker->cancel(this);
}

void EmbeddingView::setWorkbench(bridge::Workbench* bench)
{
    m_bench = bench;
    m_looker = bench ? &bench->looker() : nullptr;
    if (m_looker)
        connect(m_looker, &bridge::Looker::changed, this, &EmbeddingView::showProgress);
}

void EmbeddingView::setRun(const models::RunModel* run)
{
    if (m_looker)
        m_looker->cancel(this);
    m_run = run;
    ++m_generation;
    m_embedding.reset();
    m_tsne.reset();
    m_askedStep.reset();
    m_images.clear();
    m_plot->setPoints({}, {});
    m_plot->setEmptyText(run ? tr("Looking at the validation rows …")
                             : tr("Train a network: where its last layer sees the validation rows will stand here."));
    m_note->setText({});
    m_hovered->setText({});
    m_picture->clear();
    showProgress();
    Q_EMIT captionChanged();
}

void EmbeddingView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

// A training moves on: then it is looked at once, and again when it is asked for or an epoch's evaluation would show
// it.
void EmbeddingView::refresh()
{
    if (!m_run || !m_bench || !isVisible())
        return;
    const auto away = m_run->shownStep();
    const std::int64_t where = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    if (!m_askedStep || *m_askedStep != where)
        ask();
    m_again->setVisible(where < 0);
}

void EmbeddingView::ask()
{
    if (!m_looker || !m_run || !m_looker->possible())
        return;
    const auto away = m_run->shownStep();
    m_askedStep = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    m_looker->ask(this, core::session::EmbeddingWish{}, [this](Result<Seen> seen) { take(std::move(seen)); });
}

void EmbeddingView::take(Result<Seen> seen)
{
    if (!seen) {
        if (seen.error().kind == core::base::ErrorKind::Interrupted)
            return;
        m_plot->setPoints({}, {});
        m_plot->setEmptyText(QString::fromStdString(core::base::describe(seen.error())));
        m_embedding.reset();
        return;
    }
    m_embedding = std::get<Embedding>(std::move(*seen));
    m_tsne.reset();
    showPoints();
    fetchImages();
}

/// All at once: opening the data costs more than its rows.
void EmbeddingView::fetchImages()
{
    std::vector<std::int64_t> missing;
    for (const std::int64_t row : m_embedding->rows)
        if (!m_images.contains(row))
            missing.push_back(row);
    if (missing.empty())
        return;
    m_worker->run([this, missing, spec = m_run->spec(), generation = m_generation]() -> bridge::Worker::Answer {
        auto preview = core::session::previewRows(spec, missing);
        if (!preview || !preview->info.image())
            return {};
        std::map<std::int64_t, QImage> images;
        for (const core::session::SampleRow& sample : preview->samples)
            images[sample.row] = imageOf(sample);
        return [this, generation, images = std::move(images)]() mutable {
            if (generation == m_generation)
                m_images.merge(images);
        };
    });
}

void EmbeddingView::project()
{
    if (!m_embedding || !m_looker)
        return;
    if (m_looker->busy(this)) {
        m_looker->cancel(this);
        return;
    }
    if (m_tsne) {
        m_tsne.reset();
        showPoints();
        return;
    }
    m_looker->ask(this, m_embedding->vectors, m_embedding->width, {}, [this](Result<Tsne> found) {
        if (found)
            m_tsne = std::move(*found);
        else if (found.error().kind != core::base::ErrorKind::Interrupted)
            m_note->setText(QString::fromStdString(core::base::describe(found.error())));
        showPoints();
    });
}

QString EmbeddingView::className(double target) const
{
    const auto& classes = m_run->opened().classes;
    if (classes.empty())
        return style::number(target);
    return std::size_t(target) < classes.size() ? QString::fromStdString(classes[std::size_t(target)])
                                                : style::number(target);
}

void EmbeddingView::showPoints()
{
    showProgress();
    Q_EMIT captionChanged();
    if (!m_embedding)
        return;
    const Embedding& seen = *m_embedding;
    const bool classes = !m_run->opened().classes.empty();
    std::vector<plots::ScatterPlot::Point> points;
    for (std::size_t i = 0; i < seen.rows.size(); ++i)
        points.push_back({m_tsne ? m_tsne->x[i] : seen.x[i], m_tsne ? m_tsne->y[i] : seen.y[i],
                          classes ? int(seen.truths[i]) : -1, seen.truths[i],
                          classes && seen.truths[i] != seen.predictions[i]});
    QStringList names;
    for (const std::string& name : m_run->opened().classes)
        names << QString::fromStdString(name);
    m_plot->setPoints(std::move(points), names);
    const auto share = [&](std::size_t i) {
        return i < seen.explained.size() ? style::percent(seen.explained[i]) : style::percent(0);
    };
    if (m_tsne)
        m_plot->setAxes(tr("t-SNE 1"), tr("t-SNE 2"));
    else
        m_plot->setAxes(tr("component 1, %1 of the variance").arg(share(0)), tr("component 2, %1").arg(share(1)));
    const QString layer = QString::fromStdString(seen.layer);
    m_note->setText(m_tsne ? tr("%1 validation rows in layer %2, %3 numbers each; KL divergence %4.")
                                 .arg(style::count(qint64(seen.rows.size())), layer, style::count(seen.width),
                                      style::number(m_tsne->divergence, 3))
                           : tr("%1 validation rows in layer %2, %3 numbers each.")
                                 .arg(style::count(qint64(seen.rows.size())), layer, style::count(seen.width)));
}

void EmbeddingView::showProgress()
{
    const bool busy = m_looker && m_looker->busy(this);
    m_progress->setVisible(busy);
    m_progress->setValue(busy ? int(m_looker->progress(this) * 1000) : 0);
    m_button->setEnabled(m_embedding.has_value());
    m_button->setText(busy && m_embedding ? tr("Cancel") : m_tsne ? tr("Principal components") : tr("t-SNE"));
}

QString EmbeddingView::caption() const
{
    return m_embedding ? tr("step %1").arg(style::count(m_embedding->step)) : QString();
}

QString EmbeddingView::tell(int point) const
{
    if (!m_embedding)
        return {};
    const auto i = std::size_t(point);
    const bool wrong = !m_run->opened().classes.empty() && m_embedding->truths[i] != m_embedding->predictions[i];
    const QString truth = className(m_embedding->truths[i]);
    return wrong ? tr("row %1: ▲ %2, taken for %3")
                       .arg(style::count(m_embedding->rows[i]), truth, className(m_embedding->predictions[i]))
                 : tr("row %1: %2").arg(style::count(m_embedding->rows[i]), truth);
}

void EmbeddingView::hover(int point)
{
    if (point < 0 || !m_embedding) {
        m_picture->clear();
        m_hovered->setText(tr("Point at a row to see it, click it to look inside."));
        return;
    }
    const std::int64_t row = m_embedding->rows[std::size_t(point)];
    m_hovered->setText(tell(point));
    if (const auto known = m_images.find(row); known != m_images.end()) {
        m_picture->setPixmap(QPixmap::fromImage(known->second));
        return;
    }
    m_picture->clear();
}

}
