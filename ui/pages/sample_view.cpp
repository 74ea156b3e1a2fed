// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sample_view.h"

#include "ui/bridge/looker.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/plots/bar_list.h"
#include "ui/plots/image_wall.h"
#include "ui/plots/stack_image.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::base::Result;
using core::session::SampleLook;
using core::session::SampleWish;
using core::session::Seen;
using core::session::Stack;
using style::Label;
using style::theme;
using style::Tone;

namespace {

constexpr int againMs = 1500; ///< between two looks at a network that trains
constexpr int mostScores = 10;

bool isPicture(const Stack& stack)
{
    return stack.shape.size() == 3 && stack.shape[1] > 1 && stack.shape[2] > 1;
}

bool hasNegatives(const Stack& stack)
{
    return std::ranges::any_of(stack.values, [](float value) { return value < 0; });
}

QImage greyImage(const Stack& stack)
{
    const int width = int(stack.shape[2]), height = int(stack.shape[1]), channels = int(stack.shape[0]);
    const std::size_t each = std::size_t(width) * std::size_t(height);
    const auto [low, high] = std::ranges::minmax(stack.values);
    const float span = high > low ? high - low : 1;
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto part = [&, low = low](int c) {
                const std::size_t at = std::size_t(channels >= 3 ? c : 0) * each + std::size_t(y * width + x);
                return int(std::lround(255 * (stack.values[at] - low) / span));
            };
            image.setPixel(x, y, qRgb(part(0), part(1), part(2)));
        }
    return image;
}

// Class ids in the colours that classes have everywhere, over the picture in grey.
QImage maskImage(const Stack& mask, const QImage& below)
{
    const int width = int(mask.shape.back()), height = int(mask.shape[mask.shape.size() - 2]);
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const float id = mask.values[std::size_t(y * width + x)];
            const int grey = below.size() == image.size() ? qGray(below.pixel(x, y)) : 255;
            const QColor ink = id < 0 ? QColor(grey, grey, grey) : theme().classColor(int(id));
            const auto mixed = [grey](int part) { return (7 * part + 3 * grey) / 10; };
            image.setPixel(x, y, qRgb(mixed(ink.red()), mixed(ink.green()), mixed(ink.blue())));
        }
    return image;
}

QImage saliencyImage(const Stack& stack)
{
    const int width = int(stack.shape[2]), height = int(stack.shape[1]);
    const auto most = plots::strongest(stack.values, int(stack.shown), width, height);
    return plots::heatImage(most, width, height, false);
}

void teach(QSpinBox& row, QComboBox& target, QComboBox& layers)
{
    row.setAccessibleName(SampleView::tr("Row"));
    row.setToolTip(SampleView::tr(
        "The row of the data set that is looked at. Cells of the confusion matrix, predictions and points "
        "of the embedding open theirs here."));
    target.setAccessibleName(SampleView::tr("Score that is explained"));
    target.setToolTip(
        SampleView::tr("The score whose slope the saliency shows; the predicted class unless chosen otherwise."));
    layers.setAccessibleName(SampleView::tr("Layer"));
    layers.setToolTip(
        SampleView::tr("What the layer makes of this row, channel by channel; of convolutions the filters too.\n"
                       "Channels that stay dark for every row are dead. Filters: edges and spots have been learned, "
                       "noise has not."));
}

}

/// The row, its saliency and its smoothed saliency beside each other.
class SampleView::Pictures final : public QWidget {
public:
    Pictures()
    {
        setFixedHeight(int(128 * theme().scale));
        setToolTip(SampleView::tr(
            "Saliency: |∂ score / ∂ pixel|, how much the chosen score would move if a pixel did (Simonyan 2014).\n"
            "SmoothGrad: the mean slope over 16 noisy copies, σ = 15 % of the range (Smilkov 2017): less speckle.\n"
            "Bright on the thing itself: good. Bright in a corner or on the border: the network learned something "
            "else.\n"
            "Truth and said: the classes of the pixels, in the classes' colours; grey ones count for nothing. Rebuilt: "
            "what an autoencoder makes of the input from the few numbers in its middle."));
    }
    void set(std::vector<std::pair<QString, QImage>> pictures)
    {
        m_pictures = std::move(pictures);
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const double s = theme().scale, count = std::max(3.0, double(m_pictures.size()));
        const double side = std::min(height() - 20 * s, (width() - 8 * s * (count - 1)) / count);
        double x = 0;
        for (const auto& [name, image] : m_pictures) {
            painter.drawImage(QRectF(x, 0, side, side), image);
            painter.setPen(QPen(theme().line, 1));
            painter.drawRect(QRectF(x, 0, side, side));
            painter.setPen(theme().muted);
            painter.setFont(theme().body());
            painter.drawText(QRectF(x, side + 2 * s, side, 18 * s), Qt::AlignLeft | Qt::AlignVCenter, name);
            x += side + 8 * s;
        }
    }

private:
    std::vector<std::pair<QString, QImage>> m_pictures;
};

SampleView::SampleView(QWidget* parent)
    : QWidget(parent),
      m_row(new QSpinBox),
      m_before(new QPushButton(QStringLiteral("‹"))),
      m_next(new QPushButton(QStringLiteral("›"))),
      m_target(new QComboBox),
      m_said(new Label({}, Tone::Strong)),
      m_state(new Label({}, Tone::Muted)),
      m_pictures(new Pictures),
      m_scores(new plots::BarList),
      m_layers(new QComboBox),
      m_wall(new plots::ImageWall),
      m_wallNote(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(new Label(tr("Row"), Tone::Muted));
    row->addWidget(m_row);
    row->addWidget(m_before);
    row->addWidget(m_next);
    row->addSpacing(8);
    row->addWidget(m_said, 1);
    column->addLayout(row);
    column->addWidget(m_pictures);
    column->addWidget(m_scores);
    auto* below = new QHBoxLayout;
    below->addWidget(m_layers);
    below->addStretch();
    below->addWidget(m_target);
    column->addLayout(below);
    column->addWidget(m_wallNote);
    column->addWidget(m_wall, 1);
    column->addWidget(m_state);
    m_row->setRange(0, 1 << 30);
    m_row->setKeyboardTracking(false);
    teach(*m_row, *m_target, *m_layers);
    for (QPushButton* button : {m_before, m_next})
        button->setFixedWidth(int(28 * theme().scale));
    m_before->setAccessibleName(tr("Row before"));
    m_next->setAccessibleName(tr("Next row"));
    m_wall->setTile(56);
    m_wall->setAccessibleName(tr("Channels"));
    m_wallNote->setWordWrap(true);
    m_state->setWordWrap(true);
    m_again.setSingleShot(true);
    m_again.setInterval(againMs);
    connect(&m_again, &QTimer::timeout, this, [this] {
        if (isVisible() && m_bench && m_bench->training() && !m_bench->paused())
            ask();
    });
    connect(m_row, &QSpinBox::valueChanged, this, [this](int value) { showRow(value); });
    connect(m_before, &QPushButton::clicked, this, [this] { walk(-1); });
    connect(m_next, &QPushButton::clicked, this, [this] { walk(1); });
    connect(m_layers, &QComboBox::currentIndexChanged, this, &SampleView::showStack);
    connect(m_target, &QComboBox::activated, this, [this](int index) {
        m_wantedTarget = index - 1;
        ask();
    });
    connect(m_scores, &plots::BarList::chosen, this, [this](int bar) {
        if (!m_look)
            return;
        for (int i = 1; i < m_target->count(); ++i)
            if (m_target->itemText(i) == m_scores->bars()[std::size_t(bar)].name) {
                m_target->setCurrentIndex(i);
                m_wantedTarget = i - 1;
                ask();
            }
    });
    setRun(nullptr);
}

SampleView::~SampleView()
{
    if (m_looker)
        m_looker->cancel(this);
}

void SampleView::setWorkbench(bridge::Workbench* bench)
{
    m_bench = bench;
    m_looker = bench ? &bench->looker() : nullptr;
}

void SampleView::setRun(const models::RunModel* run)
{
    if (m_looker)
        m_looker->cancel(this);
    m_run = run;
    m_look.reset();
    m_askedStep.reset();
    m_wanted = m_wantedTarget = -1;
    m_failed = false;
    m_wall->setImages({});
    m_wall->setEmptyText(run ? QString() : tr("Train a network: what each of its layers makes of a row stands here."));
    m_state->setText({});
    showLook();
}

void SampleView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void SampleView::refresh()
{
    if (!m_run || !m_bench || !isVisible())
        return;
    const auto away = m_run->shownStep();
    const std::int64_t where = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    if (!m_askedStep || *m_askedStep != where)
        return ask();
    // A training moves on; a single step of one that is paused does too.
    const bool waits = m_failed || where >= 0 || m_again.isActive() || m_bench->looker().busy(this);
    if (!waits && (!m_bench->paused() || (m_look && m_look->step != std::int64_t(m_run->step()))))
        ask();
}

void SampleView::ask()
{
    if (!m_looker || !m_run || !m_looker->possible())
        return;
    const auto away = m_run->shownStep();
    m_askedStep = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    SampleWish wish;
    wish.row = m_wanted;
    wish.target = m_wantedTarget;
    m_state->setTone(Tone::Muted);
    m_state->setText(m_look ? QString() : tr("Looking …"));
    m_looker->ask(this, wish, [this](Result<Seen> seen) { take(std::move(seen)); });
}

void SampleView::take(Result<Seen> seen)
{
    m_failed = !seen;
    if (!seen) {
        if (seen.error().kind == core::base::ErrorKind::Interrupted)
            return;
        m_state->setTone(Tone::Problem);
        m_state->setText(QString::fromStdString(core::base::describe(seen.error())));
        return;
    }
    m_look = std::get<SampleLook>(std::move(*seen));
    m_state->setText({});
    showLook();
    if (m_bench->training())
        m_again.start();
}

void SampleView::showRow(std::int64_t row)
{
    if (row == m_wanted)
        return;
    m_wanted = row;
    const QSignalBlocker quiet(m_row);
    m_row->setValue(int(row));
    if (isVisible())
        ask();
    else
        m_askedStep.reset();
}

void SampleView::walk(int by)
{
    showRow(std::max<std::int64_t>(0, (m_look ? m_look->row : m_wanted) + by));
}

QString SampleView::className(std::int64_t c) const
{
    const auto& classes = m_run->opened().classes;
    return c >= 0 && std::size_t(c) < classes.size() ? QString::fromStdString(classes[std::size_t(c)])
                                                     : style::count(c);
}

QString SampleView::caption() const
{
    return m_look ? tr("step %1").arg(style::count(m_look->step)) : QString();
}

void SampleView::showLook()
{
    const bool some = m_look.has_value();
    for (QWidget* part : std::initializer_list<QWidget*>{m_pictures, m_scores, m_layers, m_target, m_wallNote})
        part->setVisible(some);
    Q_EMIT captionChanged();
    if (!some) {
        m_said->setText({});
        return;
    }
    const SampleLook& look = *m_look;
    const bool classes = !look.probabilities.empty();
    {
        const QSignalBlocker quiet(m_row);
        m_row->setValue(int(look.row));
    }
    if (classes) {
        const bool right = double(look.predicted) == look.truth;
        m_said->setText(
            right ? tr("%1, rightly").arg(className(look.predicted))
                  : tr("▲ %1, taken for %2").arg(className(std::int64_t(look.truth)), className(look.predicted)));
        m_said->setTone(right ? Tone::Strong : Tone::Problem);
    } else if (look.rightShare >= 0) {
        m_said->setText(
            tr("%1 of the pixels right, loss %2").arg(style::percent(look.rightShare, 3), style::number(look.loss)));
    } else if (!look.answer.values.empty()) {
        m_said->setText(tr("loss %1 over the pixels").arg(style::number(look.loss)));
    } else {
        m_said->setText(tr("%1, truth %2")
                            .arg(style::number(look.outputs.empty() ? 0 : look.outputs[0]), style::number(look.truth)));
    }
    std::vector<std::pair<QString, QImage>> pictures;
    if (isPicture(look.input)) {
        const QImage input = greyImage(look.input);
        pictures.emplace_back(tr("input"), input);
        if (!look.wanted.values.empty()) {
            pictures.emplace_back(tr("truth"), maskImage(look.wanted, input));
            pictures.emplace_back(tr("said"), maskImage(look.answer, input));
        } else if (isPicture(look.answer)) {
            pictures.emplace_back(tr("rebuilt"), greyImage(look.answer));
        }
        if (isPicture(look.saliency))
            pictures.emplace_back(tr("saliency"), saliencyImage(look.saliency));
        if (isPicture(look.smoothed))
            pictures.emplace_back(tr("SmoothGrad"), saliencyImage(look.smoothed));
    }
    m_pictures->setVisible(!pictures.empty());
    m_pictures->set(std::move(pictures));
    std::vector<plots::BarList::Bar> bars;
    for (std::size_t c = 0; c < look.probabilities.size(); ++c)
        bars.push_back({className(std::int64_t(c)), look.probabilities[c], style::percent(look.probabilities[c], 3),
                        std::int64_t(c) == look.predicted, double(c) == look.truth});
    if (bars.size() > mostScores) {
        std::ranges::stable_sort(bars, std::greater<>(), &plots::BarList::Bar::share);
        bars.resize(mostScores);
    }
    m_scores->setVisible(classes);
    m_scores->setBars(std::move(bars));
    m_scores->setToolTip(
        tr("p(class) = softmax of the scores, for this row. The dot marks the truth. Click a class: the "
           "saliency explains its score."));
    if (m_target->count() != int(look.outputs.size()) + 1) {
        m_target->clear();
        m_target->addItem(tr("explain the prediction"));
        for (std::size_t c = 0; c < std::min<std::size_t>(look.outputs.size(), 1000); ++c)
            m_target->addItem(className(std::int64_t(c)));
    }
    m_target->setVisible(look.outputs.size() > 1);
    showLayers();
}

void SampleView::showLayers()
{
    QStringList names;
    const auto text = [](const Stack& stack) {
        QStringList sides;
        for (const std::int64_t side : stack.shape)
            sides << QString::number(side);
        return QString::fromStdString(stack.name.empty() ? "output" : stack.name) + QLatin1Char(' ') +
               QString::fromStdString(stack.type) + QStringLiteral("  ") + sides.join(QStringLiteral(" × "));
    };
    for (const Stack& stack : m_look->layers)
        names << text(stack);
    for (const Stack& stack : m_look->filters)
        names << tr("filters ") + text(stack);
    QStringList shown;
    for (int i = 0; i < m_layers->count(); ++i)
        shown << m_layers->itemText(i);
    if (names != shown) {
        const QSignalBlocker quiet(m_layers);
        const int before = m_layers->currentIndex();
        m_layers->clear();
        m_layers->addItems(names);
        m_layers->setCurrentIndex(std::clamp(before, 0, std::max(0, int(names.size()) - 1)));
    }
    showStack();
}

void SampleView::showStack()
{
    const int index = m_layers->currentIndex();
    if (!m_look || index < 0)
        return;
    const bool filter = index >= int(m_look->layers.size());
    const Stack& stack =
        filter ? m_look->filters[std::size_t(index) - m_look->layers.size()] : m_look->layers[std::size_t(index)];
    std::vector<plots::WallImage> images;
    const std::size_t shown = std::size_t(std::max<std::int64_t>(1, stack.shown));
    const std::size_t each = stack.values.size() / shown;
    QString note;
    if (stack.shape.size() >= 3) {
        const int height = int(stack.shape[stack.shape.size() - 2]), width = int(stack.shape.back());
        const bool both = hasNegatives(stack);
        std::size_t dark = 0;
        for (std::size_t c = 0; c < shown; ++c) {
            const std::span<const float> part(stack.values.data() + c * each, each);
            const auto [low, high] = std::ranges::minmax(part);
            dark += low == high;
            // Of a filter over many channels the first one stands for it.
            const auto first = part.first(std::size_t(width) * std::size_t(height));
            images.push_back({plots::heatImage(first, width, height, both), QString::number(c), {}, false});
        }
        note = filter ? tr("Blue below zero, orange above.")
               : both ? tr("Blue below zero, orange above; each channel on its own scale.")
                      : tr("Dark: nothing found; bright: much. Each channel on its own scale.");
        if (!filter && dark > 0)
            note += tr(" %1 of %2 channels say the same everywhere.").arg(dark).arg(shown);
        if (std::int64_t(shown) < stack.shape[0])
            note += tr(" The first %1 of %2.").arg(shown).arg(stack.shape[0]);
    } else {
        // A row of numbers stands as one picture, a square as far as it goes.
        const int width = int(std::ceil(std::sqrt(double(std::max<std::size_t>(1, stack.values.size())))));
        const int height = (int(stack.values.size()) + width - 1) / width;
        std::vector<float> padded(stack.values);
        padded.resize(std::size_t(width) * std::size_t(height), 0);
        images.push_back({plots::heatImage(padded, width, height, hasNegatives(stack)),
                          tr("%1 numbers").arg(stack.values.size()),
                          {},
                          false});
        const auto zeros = std::ranges::count(stack.values, 0.F);
        note = tr("%1 numbers, left to right and down; %2 of them are zero.").arg(stack.values.size()).arg(zeros);
    }
    m_wallNote->setText(note);
    m_wall->setTile(stack.shape.size() >= 3 ? 56 : 160);
    m_wall->setImages(std::move(images));
}

}
