// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <limits>
#include <optional>

namespace ui::plots {

class SeriesBuffer;
struct EpochAxis;

/// Time is relative: seconds since each curve's first point.
enum class XAxis { Step, Epoch, Time };

/// What a curve is of; it decides width and whether a gap is shaded. `Fair` is the training split in evaluation mode.
/// Two `Edge`s of one run and panel are no lines but the lower and upper side of the band about its validation curve.
enum class Line { Training, Validation, Fair, Plain, Edge };

enum class ValueFormat { Number, Percent };

/// A line across a panel that belongs to its y axis, such as a rule's threshold: coloured tick, tinted zone, drag
/// handle.
struct HandleSpec {
    double value = 0;
    bool zoneBelow = true; ///< which side is tinted
    bool movable = true;
    bool problem = true; ///< vermilion; else the accent
};

/// One plot of the stack.
struct PanelSpec {
    QString title;         ///< `Loss`
    QString subtitle = {}; ///< `cross-entropy`, in muted grey behind the title; `log` is added by itself
    bool logY = false;
    double weight = 1; ///< its share of the height
    ValueFormat format = ValueFormat::Number;
    QString unit = {};
    std::optional<double> min = {}, max = {}; ///< fixed ends of the y axis; else they follow the curves
    std::optional<HandleSpec> handle = {};
};

struct CurveSpec {
    int panel = 0;
    const SeriesBuffer* buffer = nullptr;
    QString label; ///< `training`
    int color = 0; ///< index into the theme's run colours; -1: muted grey
    Line line = Line::Plain;
    QString run = {}; ///< run id: curves of one run and panel share a gap; shown where there are several runs
    bool dashed = false;
    bool stairs = false;   ///< holds each value until the next point: learning rates
    bool smoothed = false; ///< follows `setSmoothing`, its raw values faint behind
    bool dots = false;     ///< a dot on each point while they are few
    double stepsPerEpoch = 0;
    const EpochAxis* epochs = nullptr; ///< where epochs change their length; the caller's, as the buffer
    bool named = true;                 ///< name and last value at the line's end
    double shade = -1; ///< 0 … 1: a place on the sequential scale instead of `color` (layers of a network)
};

/// One vertical line through all panels, named once at the top.
struct MarkSpec {
    enum class Kind { Edit, Best, EarlyStop, Finding, Now };

    Kind kind = Kind::Edit;
    double step = 0;
    QString name;        ///< `lr 0.1 → 0.01`, `best`
    QString detail = {}; ///< a second, muted line: `epoch 14`
    int curve = -1;      ///< the curve that gets a ring (best), a square (early stop) or a dot where the line meets it
};

}
